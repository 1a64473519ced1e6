public import Models
public import Tasks
public import TensorCore

/// A shard's contribution to a meta-training step.
public struct MetaGradient: Sendable {
  /// Predictions and targets, for scoring.
  public struct Scored: Sendable {
    /// Predictions, [T, M, outputs].
    public let predictions: Tensor
    /// Targets with the same T and M.
    public let targets: Targets

    /// Pairs predictions with their targets.
    public init(_ predictions: Tensor, _ targets: Targets) {
      self.predictions = predictions
      self.targets = targets
    }
  }

  /// Gradient summed over the shard's tasks, with one tensor per entry of ``MetaState/learned``.
  public var gradient: MetaParameters<Tensor>
  /// Reported loss of each task, [T]: the query loss after adaptation, unless the algorithm documents another one.
  public var lossPerTask: Tensor
  /// Predictions and targets for scoring; nil if the algorithm has none.
  public var scored: Scored?
  /// Observations of the shard's tasks, with the names and shapes of ``MetaState/carried``; nil if there are none.
  ///
  /// The trainer sums them over shards like the gradient. `Algorithm.carried(after:observing:tasks:)` turns the sum into the new carried
  /// state.
  public var observed: ParameterTree<Tensor>?
  /// Further named numbers per task, [T] each; metrics.jsonl records their means over the meta-batch.
  public var metrics: ParameterTree<Tensor>
  /// Why the contribution could not be computed, such as an environment whose step fails; nil if it could.
  ///
  /// The trainer throws it and ignores the rest of the contribution.
  public var failure: (any Error)?

  /// Creates a contribution; by default it has no scores, observations, metrics or failure.
  public init(
    gradient: MetaParameters<Tensor>, losses: Tensor, scored: Scored? = nil, observed: ParameterTree<Tensor>? = nil,
    metrics: ParameterTree<Tensor> = ParameterTree(), failure: (any Error)? = nil
  ) {
    self.failure = failure
    self.gradient = gradient
    lossPerTask = losses
    self.scored = scored
    self.observed = observed
    self.metrics = metrics
  }

  /// Reported loss of each task.
  public var losses: [Double] { lossPerTask.doubles }

  /// Score of each task by the loss's measure; nil if there is none.
  public func scores(_ learner: Learner) -> [Double]? {
    scored.flatMap { learner.scores($0.predictions, $0.targets) }
  }
}
