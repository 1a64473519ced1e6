import Models
public import Registry
public import Tasks
public import TensorCore

/// Meta-SGD: an initialisation and a learning rate for each of its entries, learned together.
///
/// ```
/// θ′ᵢ = θ − α ⊙ ∇ L(supportᵢ; θ)        (θ, α) ← (θ, α) − β ∇(θ,α) Σᵢ L(queryᵢ; θ′ᵢ)
/// ```
/// α has the shape of θ. It learns the direction of the update as well as its length, and may become negative. Meta-SGD is thus MAML
/// whose inner SGD learns a rate for every entry.
/// - SeeAlso: Li, Zhou, Chen and Li, 2017, algorithm 1 and equation 4, <https://arxiv.org/abs/1707.09835>: one step, and one α₀ drawn
///   from U[0.005, 0.1] for all entries. As an extension of ours, several steps share the same α.
public struct MetaSGD: DifferentiatingAlgorithm {
  public static let card = AlgorithmCard(
    id: "meta-sgd", title: "Meta-SGD: learned initialisation and per-parameter learning rates",
    citation: "Li et al., 2017, algorithm 1, https://arxiv.org/abs/1707.09835", metaGradient: .exact)

  public static let hyperparameters =
    HyperparameterTable<MetaSGD>([
      .integer("inner.steps", \.inner.steps, in: 0...1000, "Adaptation steps in meta-training.")
    ]) + .nested("initialRate", \.firstRate, RateRange.hyperparameters) + objectiveSettings(\.objective)

  /// SGD with a learned rate for each entry.
  public var inner: InnerLoop = {
    var inner = InnerLoop(SGD.self, steps: 1)
    inner.learns = LearnedHyperparameters(["learningRate"], .parameter, hasSignedRates: true)
    return inner
  }()
  public var objective = Selection(QueryLoss.self)
  public var differentiation: Selection { Selection(Unrolled.self) }
  /// Range of the initial rate α₀.
  public var firstRate = RateRange(0.005, 0.1)

  public init() {}

  /// Creates Meta-SGD with one step and a given initial rate for all entries.
  public init(firstRate: Double) {
    self.firstRate = RateRange(firstRate, firstRate)
  }

  public var rateSettings: [String] { ["initialRate.low", "initialRate.high"] }

  /// Changes nothing: the published settings are the same for all tasks.
  public mutating func adopt(_ signature: TaskSignature) {}

  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    try validateChoices(learner)
    try firstRate.validate(Self.card.id)
  }

  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    var drawn = inner
    drawn.learningRate = firstRate.draw(from: stream)
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
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: MetaSGD.self) }
)
