import Autograd
public import Models
public import Tasks
public import TensorCore

/// Differentiates the query loss through adaptation: what MAML, first-order MAML, Meta-SGD and the parity check share.
///
/// The learned tree holds "initial.<parameter>" and, where they are meta-learned, the inner optimizer's hyperparameters:
/// "inner.learningRate", "inner.momentum", "inner.decay", "inner.beta1", "inner.beta2", "inner.epsilon" (scalars), or
/// "inner.rates.<parameter>" of the parameter's shape. With θ the learned tree and U the adaptation:
/// ```
/// exact         Σᵢ ∂/∂θ Lᵢ(query; U(θ; supportᵢ))
/// first-order   Σᵢ ∂/∂θ′ Lᵢ(query; θ′) at θ′ = U(θ; supportᵢ); zero for the inner hyperparameters
/// displacement  Σᵢ θ − U(θ; supportᵢ)
/// ```
/// - SeeAlso: Finn et al., ICML 2017, algorithm 1 and section 5.2; Franceschi et al., "Bilevel programming for hyperparameter
///   optimization and meta-learning", ICML 2018, equations 5 to 7 (reverse mode).
public struct UnrolledGradient: Sendable {
  /// The rule, the number of steps and the values of what is not learned.
  public let inner: InnerLoop
  /// Which derivative; not ``MetaGradientKind/none``.
  public let kind: MetaGradientKind
  /// The parameters that adapt, by name; all where nil.
  ///
  /// The others keep their initial values.
  public let adapts: (@Sendable (String) -> Bool)?

  /// A derivative through an inner loop.
  /// - Precondition: The kind is one of a gradient.
  public init(_ inner: InnerLoop, _ kind: MetaGradientKind, adapts: (@Sendable (String) -> Bool)? = nil) {
    precondition(kind != .none, "a gradient of kind none")
    self.inner = inner
    self.kind = kind
    self.adapts = adapts
  }

  /// What a shard gives.
  public struct Result: Sendable {
    /// The sum over tasks, one tensor for each learned one.
    public var gradient: ParameterTree<Tensor>
    /// The query loss after adaptation, one for each task, [T].
    public var queryLosses: Tensor
    /// Parameters after adaptation, [T, …].
    public var adapted: ParameterTree<Tensor>
    /// Predictions for the query after adaptation, [T, M, outputs].
    public var predictions: Tensor
  }

  /// The shard's gradient, losses and adapted parameters.
  public func callAsFunction(_ learned: ParameterTree<Tensor>, _ learner: Learner, _ shard: Episodes) -> Result {
    let tasks = shard.count
    let leaves = learned.map { Variable($0) }
    let full = kind == .exact
    let present = full ? leaves : leaves.map(\.detached)
    let overTasks = present.map { $0.broadcastOverTasks(tasks) }
    let start = overTasks.subtree("initial")
    let dtype = start.leaves.first?.value.dtype ?? .float32
    let hyper = inner.hyperparameters(learned: overTasks.subtree("inner"), tasks: tasks, dtype: dtype)
    let adapted = adapt(start, hyper, learner, shard.support, keeping: full ? .full : .none)
    func scored(_ parameters: ParameterTree<Variable>) -> (predictions: Variable, losses: Variable) {
      KernelProfile.during(.forward) {
        let predictions = learner.queryPredictions(parameters, shard)
        return (predictions, learner.loss(predictions, shard.query.targets))
      }
    }
    switch kind {
    case .exact:
      let (predictions, losses) = scored(adapted)
      let gradients = KernelProfile.during(.outerGradient) { gradient(of: losses, at: leaves.leaves) }
      return result(learned.replacing(gradients).map(\.value), losses, adapted, predictions)
    case .firstOrder:
      let ends = adapted.map(\.leaf)
      let (predictions, losses) = scored(ends)
      let gradients = KernelProfile.during(.outerGradient) {
        ends.replacing(gradient(of: losses, at: ends.leaves)).map { $0.value.sum([0]) }
      }
      return result(matching(learned, gradients), losses, adapted, predictions)
    case .displacement, .none:
      let constants = adapted.map(\.detached)
      let (predictions, losses) = scored(constants)
      let moved = displacement(from: start, to: constants)
      return result(matching(learned, moved), losses, adapted, predictions)
    }
  }

  /// Adapts all parameters, or the chosen ones while the others stay.
  private func adapt(
    _ start: ParameterTree<Variable>, _ hyper: InnerOptimizer.Hyperparameters, _ learner: Learner, _ support: LabelledSet,
    keeping derivative: UnrolledDerivative
  ) -> ParameterTree<Variable> {
    var memory = InnerOptimizer.Memory()
    let path = inner.adapt(
      start, hyper, learner, support, steps: inner.steps, keeping: derivative, adapts: adapts, memory: &memory, keepsPath: false)
    return path.end
  }

  private func matching(_ learned: ParameterTree<Tensor>, _ initial: ParameterTree<Tensor>) -> ParameterTree<Tensor> {
    let named = initial.prefixed("initial")
    return learned.replacing(
      learned.entries.map { named.leaf($0.name)?.reshaped($0.leaf.shape) ?? .zeros($0.leaf.shape, $0.leaf.dtype) })
  }

  private func result(
    _ gradient: ParameterTree<Tensor>, _ losses: Variable, _ adapted: ParameterTree<Variable>, _ predictions: Variable
  ) -> Result {
    Result(gradient: gradient, queryLosses: losses.value, adapted: adapted.map(\.value), predictions: predictions.value)
  }
}

/// The sum over tasks of θ − θ′.
func displacement(from start: ParameterTree<Variable>, to end: ParameterTree<Variable>) -> ParameterTree<Tensor> {
  start.zip(end) { before, after in
    let sum = (before.value - after.value).sum([0])
    return sum.reshaped(before.shape.dropFirst())
  }
}

extension Algorithm {
  /// The contribution of a shard from an unrolled gradient.
  func contribution(_ result: UnrolledGradient.Result, _ shard: Episodes) -> MetaGradient {
    MetaGradient(gradient: result.gradient, losses: result.queryLosses, scored: .init(result.predictions, shard.query.targets))
  }
}
