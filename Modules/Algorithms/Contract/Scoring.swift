public import Tasks

/// How an algorithm is scored.
///
/// Every requirement has a default implementation.
public protocol Scoring: Sendable {
  /// True if adaptation takes support sets without samples; a mixed model, for example, then predicts by its fixed effects.
  ///
  /// By default it is false. A learning curve then begins with the state before the first step, if that does not depend on the support set.
  var takesEmptySupport: Bool { get }

  /// Scores a shard: adapts step by step, predicts, and computes loss and score after each step.
  ///
  /// Meta-validation, meta-test and the contract suite all score through this function.
  /// - Returns: One entry per mode; adaptation does not depend on the mode and runs once.
  func scores(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, steps: Int, modes: [NormalisationMode], _ context: AdaptationContext
  ) -> [ShardScores]
}
