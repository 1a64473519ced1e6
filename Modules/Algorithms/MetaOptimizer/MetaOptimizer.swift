import Models
public import Registry
public import Tasks
public import TensorCore

/// Learns an initialisation together with the hyperparameters of any inner optimizer.
///
/// ```
/// θ′ᵢ = U(θ, ∇ L(supportᵢ; θ); φ)        (θ, φ) ← (θ, φ) − β ∇(θ,φ) Σᵢ L(queryᵢ; θ′ᵢ)
/// ```
/// U is any rule: SGD, momentum, AdaGrad, RMSProp, Adam or another. φ holds its learning rate, decays and ε, all of them by default, with
/// one value each, per tensor or per entry, and optionally per step. A softplus keeps positive values in their domain, and a logistic
/// function keeps values between 0 and 1, so no meta-update leaves the domain. With `inner.signedRates`, rates have no transform.
/// - SeeAlso: Li, Zhou, Chen and Li, "Meta-SGD", 2017, equation 4, <https://arxiv.org/abs/1707.09835>: the special case of SGD with one
///   signed rate per entry, equal to the bit. Maclaurin, Duvenaud and Adams, "Gradient-based hyperparameter optimization through
///   reversible learning", ICML 2015, <https://arxiv.org/abs/1502.03492>, learn all hyperparameters of a rule in this way.
public struct MetaOptimizer: DifferentiatingAlgorithm {
  public static let card = AlgorithmCard(
    id: "meta-optimizer", title: "Learned initialisation and hyperparameters of any inner optimizer",
    citation: "Maclaurin et al., ICML 2015, https://arxiv.org/abs/1502.03492", metaGradient: .exact, isCompared: false)

  public static let hyperparameters =
    HyperparameterTable<MetaOptimizer>.nested("inner", \.inner, InnerLoop.hyperparameters + InnerLoop.learnedSettings)
    + .nested("initialRate", \.firstRate, RateRange.hyperparameters) + objectiveSettings(\.objective)
    + differentiationSettings(\.differentiation)

  public var inner: InnerLoop = {
    var inner = InnerLoop()
    inner.learns = LearnedHyperparameters([LearnedHyperparameters.all])
    return inner
  }()
  public var objective = Selection(QueryLoss.self)
  public var differentiation = Selection(Unrolled.self)
  /// Range of the initial learning rate; `inner.learningRate` applies if the upper end is 0.
  public var firstRate = RateRange(0, 0)

  public init() {}

  /// Creates the algorithm with a given inner loop, including its learned hyperparameters.
  public init(inner: InnerLoop) { self.inner = inner }

  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    try validateChoices(learner)
    try firstRate.validate(Self.card.id)
    if firstRate.high > 0, !inner.learns.names(of: inner.optimizer.rule).contains(RuleHyperparameter.learningRate.name) {
      throw .setting(algorithm: Self.card.id, text: "initialRate goes with a learned learning rate; add learningRate to inner.learn.")
    }
  }

  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    var drawn = inner
    if firstRate.high > 0 { drawn.learningRate = firstRate.draw(from: stream) }
    return initialState(learner, from: stream, dtype: dtype, drawn)
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: MetaOptimizer.self) }
)
