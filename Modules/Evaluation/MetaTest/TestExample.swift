package import Algorithms
import Registry
import Tasks
import TensorCore

/// The first test episode with its predictions, as a report shows it.
package enum TestExample: Sendable, Hashable {
  /// A function of one number: the given points, the true function, and the fitted curves after some numbers of steps.
  case curves(truth: [FittedCurves.Point], given: [FittedCurves.Point], fitted: [FittedCurves.Curve])
  /// Pictures of classes, with the predictions after a number of steps.
  case pictures(support: [EpisodePictures.Given], query: [EpisodePictures.Asked], steps: Int)
}

extension Experiment {
  /// The numbers of adaptation steps whose curves are shown.
  private static let shownSteps = [0, 1, 5, 10]
  /// The most pictures of the query set.
  private static let shownQueries = 30
  /// The number of points of a curve.
  private static let curvePoints = 200

  /// The first test episode with its predictions; nil for tasks that are neither functions of one number nor pictures of classes.
  ///
  /// Curves have more query points than the test, if the tasks have a setting "queries" that changes nothing else.
  /// - Throws: Any error from drawing the episode.
  package func example(_ state: MetaState) throws -> TestExample? {
    let signature = tasks.signature
    if signature.inputShape == [1], signature.outputs == 1, signature.taskLoss.targets == .values { return try curves(state) }
    let (rank, channels) = (signature.inputShape.rank, signature.inputShape.rank == 3 ? signature.inputShape[2] : 0)
    return rank == 3 && [1, 3].contains(channels) && signature.taskLoss.targets == .classes ? try pictures(state) : nil
  }

  private func firstShard(of tasks: any TaskDistribution) throws -> Episodes? {
    try tasks.checkedShards(0..<1, in: test.split, seed: episodeList.seed).first
  }

  private var context: AdaptationContext { AdaptationContext(stream: Self.adaptationStream(of: training.seed), firstTask: 0) }

  private func predictions(_ adapted: Adapted, _ query: Tensor) -> [Double] {
    algorithm.predict(adapted, learner, query: query, mode: testModes[0].mode, context).doubles
  }

  private func curves(_ state: MetaState) throws -> TestExample? {
    guard let plain = try firstShard(of: tasks) else { return nil }
    let dense = try? firstShard(of: tasks.withQueries(Self.curvePoints))
    let shard = dense.flatMap { $0.support.inputs.doubles == plain.support.inputs.doubles ? $0 : nil } ?? plain
    func points(_ x: Tensor, _ y: [Double]) -> [FittedCurves.Point] {
      zip(x.doubles, y).map { FittedCurves.Point(x: $0, y: $1) }.sorted { $0.x < $1.x }
    }
    let last = min(test.steps, Self.shownSteps[Self.shownSteps.count - 1])
    let path = algorithm.adapt(state, learner, support: shard.support, steps: last, context)
    let shown = Self.shownSteps.filter { $0 < path.count && $0 <= last }
    return .curves(
      truth: points(shard.query.inputs, shard.query.targets.tensor.doubles),
      given: points(shard.support.inputs, shard.support.targets.tensor.doubles),
      fitted: shown.map { FittedCurves.Curve(steps: $0, points: points(shard.query.inputs, predictions(path[$0], shard.query.inputs))) })
  }

  private func pictures(_ state: MetaState) throws -> TestExample? {
    guard let shard = try firstShard(of: tasks) else { return nil }
    let steps = algorithm.reportedStep(of: test.steps)
    let path = algorithm.adapt(state, learner, support: shard.support, steps: steps, context)
    let outputs = predictions(path[path.count - 1], shard.query.inputs)
    let ways = tasks.signature.outputs
    let numbers = shard.support.inputs.doubles + shard.query.inputs.doubles
    let range = (numbers.min() ?? 0, numbers.max() ?? 1)
    func drawn(_ set: LabelledSet) -> [(picture: Picture, label: Int)] {
      let (shape, labels) = (tasks.signature.inputShape, set.targets.tensor.integers)
      return labels.enumerated().map { place, label in
        let scale = 255 / max(range.1 - range.0, 1e-9)
        let pixels = set.inputs[0][place].doubles.map { UInt8(min(max((($0 - range.0) * scale).rounded(), 0), 255)) }
        return (Picture(width: shape[1], height: shape[0], channels: shape[2], pixels: pixels), label)
      }
    }
    let asked = drawn(shard.query).enumerated().map { place, item -> EpisodePictures.Asked in
      let scores = outputs[(place * ways)..<((place + 1) * ways)]
      let best = scores.indices.max { scores[$0] < scores[$1] } ?? scores.startIndex
      return .init(picture: item.picture, label: "\(item.label)", predicted: "\(best - scores.startIndex)")
    }
    // Pictures come class by class, so every few of them are shown.
    let count = min(asked.count, Self.shownQueries)
    let shown = (0..<count).map { $0 * asked.count / count }
    return .pictures(
      support: drawn(shard.support).map { .init(picture: $0.picture, label: "\($0.label)") },
      query: shown.map { asked[$0] }, steps: path.count - 1)
  }
}

extension TaskDistribution {
  /// The same tasks with another number of query samples, if they have the setting "queries".
  fileprivate func withQueries(_ count: Int) throws -> any TaskDistribution {
    var tasks = self
    try Self.hyperparameters.set("queries", to: "\(count)", in: &tasks)
    // Tasks from files are refused here, because a group may have fewer rows.
    try tasks.prepare(source: nil)
    return tasks
  }
}
