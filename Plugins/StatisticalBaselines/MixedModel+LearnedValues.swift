public import Algorithms

extension MixedModel {
  /// The standard deviations and, if it is defined, the correlation of intercept and slope, over the outputs.
  public func learnedValues(_ state: MetaState) -> [LearnedValue] {
    let models = MixedModelState(state.carried).models
    func value(_ name: String, _ entries: [Double]) -> [LearnedValue] {
      entries.allSatisfy(\.isFinite) ? [LearnedValue(name, of: nil, step: nil, entries: entries)] : []
    }
    let slopes =
      slope < 0 ? [] : value("slope deviation", models.map { $0.deviations[1] }) + value("correlation", models.map { $0.correlation(0, 1) })
    return value("intercept deviation", models.map { $0.deviations[0] }) + slopes + value("residual deviation", models.map(\.residual))
  }
}
