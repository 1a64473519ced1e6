public import Models
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
  /// The sum over the shard's tasks, one tensor for each entry of ``MetaState/learned``.
  public var gradient: ParameterTree<Tensor>
  /// The loss of each task that the algorithm reports: on the query after adaptation, unless its documentation says otherwise.
  public var losses: [Double]
  /// The fraction of right answers of each task, where there are classes.
  public var accuracies: [Double]?
  /// New values of ``MetaState/carried``; nil where nothing is carried.
  public var carried: ParameterTree<Tensor>?

  /// Gathers a contribution.
  public init(
    gradient: ParameterTree<Tensor>, losses: [Double], accuracies: [Double]? = nil, carried: ParameterTree<Tensor>? = nil
  ) {
    self.gradient = gradient
    self.losses = losses
    self.accuracies = accuracies
    self.carried = carried
  }
}
