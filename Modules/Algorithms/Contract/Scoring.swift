public import Tasks

/// How an algorithm is scored.
///
/// Everything has a default.
public protocol Scoring: Sendable {
  /// Scores a shard: adapts step by step, predicts, and takes loss and score after each step.
  ///
  /// The one function that meta-validation, meta-test and the contract suite score with.
  /// - Returns: One entry for each mode; adaptation does not depend on the mode and is done once.
  func scores(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, steps: Int, modes: [NormalisationMode], _ context: AdaptationContext
  ) -> [ShardScores]
}
