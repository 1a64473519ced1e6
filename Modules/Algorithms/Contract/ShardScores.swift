public import Tasks
import TensorCore

/// The losses and scores of a shard's tasks, before adaptation and after each step.
public struct ShardScores: Sendable {
  /// Query losses: one list of tasks for each number of steps 0, 1, ….
  public let losses: [[Double]]
  /// What ``scores`` measures; nil where the loss alone is reported.
  public let measure: Measure?
  /// Query scores, indexed like ``losses``; NaN where the loss is not finite, nil where there is no measure.
  public let scores: [[Double]]?
}

extension Algorithm {
  /// Scores a shard: adapts step by step, predicts, and computes loss and score after each step.
  ///
  /// Meta-validation, meta-test and the contract suite all score with this function. Where a task's loss is not finite, its
  /// score is NaN: a diverged task counts as diverged, even if its predictions would score well.
  /// - Returns: One entry for each mode. Adaptation does not depend on the mode and is done once.
  public func scores(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, steps: Int, modes: [NormalisationMode], _ context: AdaptationContext
  ) -> [ShardScores] {
    let path = adapt(state, learner, support: shard.support, steps: steps, context)
    let measure = learner.taskLoss.measure
    return modes.map { mode in
      let predictions = path.map { predict($0, learner, query: shard.query.inputs, mode: mode) }
      let losses = predictions.map { learner.losses($0, shard.query.targets).doubles }
      guard let measure else { return ShardScores(losses: losses, measure: nil, scores: nil) }
      let scores = zip(predictions, losses).compactMap { predictions, losses in
        learner.scores(predictions, shard.query.targets).map { zip($0, losses).map { $1.isFinite ? $0 : .nan } }
      }
      // A loss function without scores: the loss alone is reported.
      return scores.isEmpty
        ? ShardScores(losses: losses, measure: nil, scores: nil) : ShardScores(losses: losses, measure: measure, scores: scores)
    }
  }

  /// Scores a shard in one mode.
  public func score(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, steps: Int, mode: NormalisationMode, _ context: AdaptationContext
  ) -> ShardScores {
    scores(state, learner, shard, steps: steps, modes: [mode], context)[0]
  }
}
