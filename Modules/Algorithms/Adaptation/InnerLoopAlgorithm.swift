import Autograd
import Models
import Registry
public import Tasks
public import TensorCore

/// An algorithm that adapts by an inner loop, from a learned or fixed initialisation.
public protocol InnerLoopAlgorithm: Algorithm {
  /// The inner loop, in meta-training and in testing.
  var inner: InnerLoop { get set }
}

extension InnerLoopAlgorithm {
  /// Number of steps of ``inner``.
  public var adaptationSteps: Int { inner.steps }

  /// Adopts the MAML paper's inner loop for such tasks.
  public mutating func adopt(_ signature: TaskSignature) { inner.adoptPublished(for: signature) }

  /// The model's initial parameters, and the learned hyperparameters of the inner optimizer, if any.
  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    inner.initialState(learner.model.initialParameters(from: stream, dtype: dtype), dtype: dtype)
  }

  /// Adapts by ``inner`` and returns the state after each step.
  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    inner.adapted(state.start, learner, support: support, steps: steps)
  }

  /// Checks the inner loop by ``validateInner(_:)``.
  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    try validateInner(learner)
  }

  /// Checks that the model has the adapted part, and that the hyperparameters of the rule are valid.
  ///
  /// - Throws: ``AlgorithmError/unsuited(algorithm:because:)`` for the model, ``AlgorithmError/setting(algorithm:text:)`` for the rule.
  public func validateInner(_ learner: Learner) throws(AlgorithmError) {
    try validate(inner.adapts, learner)
    do {
      try inner.optimizer.validate("inner")
      try inner.validateLearned()
    } catch { throw .setting(algorithm: Self.card.id, text: "\(error)") }
  }

  /// Learned hyperparameters of the inner optimizer, in their own domain.
  public func learnedValues(_ state: MetaState) -> [LearnedValue] { inner.learnedValues(state.learned.inner) }

  /// Memory of a step: only an exact meta-gradient keeps the graphs of all adaptation steps.
  public var footprint: TrainingFootprint {
    TrainingFootprint(
      steps: metaGradientKind == .exact ? max(adaptationSteps, 1) : 1, copiesPerStep: inner.optimizer.copiesPerStep, supports: supports)
  }
}

extension Algorithm {
  /// Checks that the model of a learner has the part that adapts.
  ///
  /// - Throws: ``AlgorithmError/unsuited(algorithm:because:)``
  public func validate(_ part: AdaptedPart, _ learner: Learner) throws(AlgorithmError) {
    guard part.suits(learner.model) else {
      throw .unsuited(
        algorithm: Self.card.id,
        because: "inner.adapts is \(part.rawValue), but model \(type(of: learner.model).card.id) has no head; set inner.adapts=all")
    }
  }
}

extension Optimizer {
  /// Number of parameter-sized tensors that the graph of one step holds, found by building two steps.
  ///
  /// Measured against the allocator: a graph of n operations on a parameter holds about 1.5·n + 0.5, including the tensors of a pass
  /// through it.
  public var copiesPerStep: Double {
    let leaf = Variable(Tensor.ones([1, 2]))
    let values = HyperparameterValues(self, tasks: 1, dtype: .float32)
    var state = OptimizerState()
    let (tree, gradients) = (ParameterTree([("parameter", leaf)]), ParameterTree([("parameter", leaf.squared())]))
    // The second step reads the slots that the first one fills.
    let first = state.step(tree, gradients, by: rule, values)
    let second = state.step(first, gradients, by: rule, values)
    let both = graphSize(of: [second.leaves[0]] + state.trees.flatMap(\.leaves), shape: [1, 2])
    return 1.5 * Double(max(both - 1, 2)) / 2 + 0.5
  }
}
