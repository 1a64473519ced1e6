public import Models
public import TensorCore

/// The state that an algorithm keeps between meta-training steps.
public struct MetaState: Sendable {
  /// Meta-learned values, which the outer optimizer updates.
  public var learned: MetaParameters<Tensor>
  /// State carried from step to step without a gradient, such as Adam moments that persist between tasks.
  public var carried: ParameterTree<Tensor>

  /// Creates a state; by default nothing is carried.
  public init(learned: MetaParameters<Tensor>, carried: ParameterTree<Tensor> = ParameterTree()) {
    self.learned = learned
    self.carried = carried
  }

  /// Creates a state that learns only an initialisation.
  public init(initial: ParameterTree<Tensor>) { self.init(learned: MetaParameters(initial: initial)) }

  /// Initial parameters of adaptation, under the model's own names, learned or fixed.
  public var initial: ParameterTree<Tensor> { learned.initial.isEmpty ? carriedInitial : learned.initial }

  /// The inputs of adaptation: the initial parameters, learned or fixed, and all other learned values.
  public var start: MetaParameters<Tensor> { MetaParameters(initial: initial, inner: learned.inner, own: learned.own) }
}
