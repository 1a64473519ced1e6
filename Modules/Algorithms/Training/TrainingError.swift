/// A meta-training that cannot go on, or cannot begin.
public enum TrainingError: Error, Hashable, CustomStringConvertible {
  /// A loss or a parameter's meta-gradient is not finite. The trainer keeps the last good state.
  case diverged(iteration: Int, parameter: String, innerLearningRateKey: String)
  /// A snapshot has no tensor of a name, or one of another shape.
  case snapshot(missingOrMisshapen: String)

  public var description: String {
    switch self {
    case .diverged(let iteration, let parameter, let key):
      "meta-training diverged in iteration \(iteration): \(parameter) is not finite. Lower \(key) or outer.learningRate, "
        + "or set outer.clipNorm; the last good state was kept."
    case .snapshot(let name): "the snapshot does not fit this run: tensor '\(name)' is missing or has another shape."
    }
  }
}
