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
  /// The one function that meta-validation, meta-test and the contract suite score with.
  public func score(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, steps: Int, mode: NormalisationMode, _ context: AdaptationContext
  ) -> ShardScores {
    let path = adapt(state, learner, support: shard.support, steps: steps, context)
    let predictions = path.map { predict($0, learner, query: shard.query.inputs, mode: mode) }
    let accuracies = predictions.compactMap { learner.accuracies($0, shard.query.targets) }
    return ShardScores(
      losses: predictions.map { learner.losses($0, shard.query.targets).doubles }, accuracies: accuracies.isEmpty ? nil : accuracies)
  }
}
