public import Models
public import TensorCore

/// Everything that an algorithm keeps between meta-training steps.
public struct MetaState: Sendable {
  /// What is meta-learned: the outer optimizer updates it.
  public var learned: MetaParameters<Tensor>
  /// What an algorithm carries from step to step without a gradient: Adam moments that live on between tasks, for example.
  public var carried: ParameterTree<Tensor>

  /// Gathers a state.
  public init(learned: MetaParameters<Tensor>, carried: ParameterTree<Tensor> = ParameterTree()) {
    self.learned = learned
    self.carried = carried
  }

  /// A state in which nothing but an initialisation is learned.
  public init(initial: ParameterTree<Tensor>) { self.init(learned: MetaParameters(initial: initial)) }

  /// The initial parameters of adaptation, under the model's own names: learned, or carried along unchanged.
  public var initial: ParameterTree<Tensor> { learned.initial.isEmpty ? carriedInitial : learned.initial }

  /// What adaptation starts from and by: the initial parameters, learned or not, and all else that is learned.
  public var start: MetaParameters<Tensor> { MetaParameters(initial: initial, inner: learned.inner, own: learned.own) }
}
