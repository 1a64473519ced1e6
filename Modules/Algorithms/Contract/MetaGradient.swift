public import Models
public import Tasks
public import TensorCore

/// What a shard contributes to a meta-training step.
public struct MetaGradient: Sendable {
  /// Predictions with what they should have been, to take scores from.
  public struct Scored: Sendable {
    /// [T, M, outputs].
    public let predictions: Tensor
    /// Targets of the same T and M.
    public let targets: Targets

    /// Pairs predictions with their targets.
    public init(_ predictions: Tensor, _ targets: Targets) {
      self.predictions = predictions
      self.targets = targets
    }
  }

  /// The sum over the shard's tasks, one tensor for each entry of ``MetaState/learned``.
  public var gradient: MetaParameters<Tensor>
  /// The loss of each task that the algorithm reports, [T]: on the query after adaptation, unless its documentation says otherwise.
  public var lossPerTask: Tensor
  /// What scores are taken from; nil where there are none.
  public var scored: Scored?
  /// What the shard observed of its tasks, summed over shards like the gradient: names and shapes are those of
  /// ``MetaState/carried``.
  ///
  /// `Algorithm.carried(after:observing:tasks:)` makes the new carried state of the sum. Nil where nothing was observed.
  public var observed: ParameterTree<Tensor>?
  /// Further numbers of each task by name, [T] each; metrics.jsonl has their means over the meta-batch.
  public var metrics: ParameterTree<Tensor>

  /// Gathers a contribution.
  public init(
    gradient: MetaParameters<Tensor>, losses: Tensor, scored: Scored? = nil, observed: ParameterTree<Tensor>? = nil,
    metrics: ParameterTree<Tensor> = ParameterTree()
  ) {
    self.gradient = gradient
    lossPerTask = losses
    self.scored = scored
    self.observed = observed
    self.metrics = metrics
  }

  /// The loss of each task.
  public var losses: [Double] { lossPerTask.doubles }

  /// The score of each task by the loss's measure, where it has one.
  public func scores(_ learner: Learner) -> [Double]? {
    scored.flatMap { learner.scores($0.predictions, $0.targets) }
  }
}
