public import Models
public import Tasks
public import TensorCore

/// Everything that an algorithm keeps between meta-training steps.
public struct MetaState: Sendable {
  /// What is meta-learned and the outer optimizer updates: "initial.<parameter>", "inner.<hyperparameter>", ….
  public var learned: ParameterTree<Tensor>
  /// What an algorithm carries from step to step without a gradient: Adam moments that live on between tasks, for example.
  public var carried: ParameterTree<Tensor>

  /// Gathers a state.
  public init(learned: ParameterTree<Tensor>, carried: ParameterTree<Tensor> = ParameterTree()) {
    self.learned = learned
    self.carried = carried
  }

  /// The initial parameters of adaptation, under the model's own names.
  public var initial: ParameterTree<Tensor> { learned.subtree("initial") }
}

/// What a shard contributes to a meta-training step.
public struct MetaGradient: Sendable {
  /// Predictions with what they should have been, to take accuracies from.
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
  public var gradient: ParameterTree<Tensor>
  /// The loss of each task that the algorithm reports, [T]: on the query after adaptation, unless its documentation says otherwise.
  public var lossPerTask: Tensor
  /// What accuracies are taken from; nil where there are none.
  public var scored: Scored?
  /// New values of ``MetaState/carried``; nil where nothing is carried.
  public var carried: ParameterTree<Tensor>?

  /// Gathers a contribution.
  public init(
    gradient: ParameterTree<Tensor>, losses: Tensor, scored: Scored? = nil, carried: ParameterTree<Tensor>? = nil
  ) {
    self.gradient = gradient
    lossPerTask = losses
    self.scored = scored
    self.carried = carried
  }

  /// The loss of each task.
  public var losses: [Double] { lossPerTask.doubles }

  /// The fraction of right answers of each task, where there are classes.
  public func accuracies(_ learner: Learner) -> [Double]? {
    scored.flatMap { learner.scores($0.predictions, $0.targets) }
  }
}
