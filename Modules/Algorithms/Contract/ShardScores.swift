public import Tasks
import TensorCore

/// How well a shard's tasks are predicted before adaptation and after each step.
public struct ShardScores: Sendable {
  /// Query loss, one list of tasks for each number of steps 0, 1, ….
  public let losses: [[Double]]
  /// The fraction of right answers likewise; nil for a regression.
  public let accuracies: [[Double]]?
}

extension Algorithm {
  /// Scores a shard: adapts step by step, predicts, and takes loss and accuracy after each step.
  ///
  /// The one function that meta-validation, meta-test and the contract suite score with. Where a task's loss is not finite, its
  /// accuracy is not a number either: a task that diverged is counted as such, whatever its predictions would be worth.
  /// - Returns: One entry for each mode; adaptation does not depend on the mode and is done once.
  public func scores(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, steps: Int, modes: [NormalisationMode], _ context: AdaptationContext
  ) -> [ShardScores] {
    let path = adapt(state, learner, support: shard.support, steps: steps, context)
    return modes.map { mode in
      let predictions = path.map { predict($0, learner, query: shard.query.inputs, mode: mode) }
      let losses = predictions.map { learner.losses($0, shard.query.targets).doubles }
      let accuracies = zip(predictions, losses).compactMap { predictions, losses in
        learner.scores(predictions, shard.query.targets).map { zip($0, losses).map { $1.isFinite ? $0 : .nan } }
      }
      return ShardScores(losses: losses, accuracies: accuracies.isEmpty ? nil : accuracies)
    }
  }

  /// Scores a shard in one mode.
  public func score(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, steps: Int, mode: NormalisationMode, _ context: AdaptationContext
  ) -> ShardScores {
    scores(state, learner, shard, steps: steps, modes: [mode], context)[0]
  }
}
