public import Tasks
import TensorCore

/// How well a shard's tasks are predicted before adaptation and after each step.
public struct ShardScores: Sendable {
  /// Query loss, one list of tasks for each number of steps 0, 1, ….
  public let losses: [[Double]]
  /// What the scores are; nil where the loss alone is reported.
  public let measure: Measure?
  /// Scores likewise, not a number where the loss is not finite; nil where the loss alone is reported.
  public let scores: [[Double]]?

  /// Gathers scores; `measure` and `scores` are given together or not at all.
  public init(losses: [[Double]], measure: Measure? = nil, scores: [[Double]]? = nil) {
    self.losses = losses
    self.measure = measure
    self.scores = scores
  }
}

extension Algorithm {
  /// Where a task's loss is not finite, its score is not a number either: a task that diverged is counted as such, whatever its
  /// predictions would be worth.
  public func scores(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, steps: Int, modes: [NormalisationMode], _ context: AdaptationContext
  ) -> [ShardScores] {
    let path = adapt(state, learner, support: shard.support, steps: steps, context)
    // Where more steps change nothing, the last state is scored once and holds for the rest.
    let rest = steps + 1 - path.count
    func filled(_ curve: [[Double]]) -> [[Double]] { curve + Array(repeating: curve[curve.count - 1], count: max(rest, 0)) }
    return modes.map { mode in
      let predictions = path.map { predict($0, learner, query: shard.query.inputs, mode: mode, context) }
      let losses = predictions.map { learner.losses($0, shard.query.targets).doubles }
      let scores = zip(predictions, losses).compactMap { predictions, losses in
        learner.scores(predictions, shard.query.targets).map { zip($0, losses).map { $1.isFinite ? $0 : .nan } }
      }
      guard let measure = learner.taskLoss.measure, scores.count == losses.count else { return ShardScores(losses: filled(losses)) }
      return ShardScores(losses: filled(losses), measure: measure, scores: filled(scores))
    }
  }

  /// Scores a shard in one mode.
  public func score(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, steps: Int, mode: NormalisationMode, _ context: AdaptationContext
  ) -> ShardScores {
    scores(state, learner, shard, steps: steps, modes: [mode], context)[0]
  }
}
