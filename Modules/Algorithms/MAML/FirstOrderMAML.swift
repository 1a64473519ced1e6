import Models
public import Registry
public import Tasks
public import TensorCore

/// First-order MAML: the query gradient at the adapted parameters stands in for the meta-gradient.
///
/// ```
/// θ ← θ − β Σᵢ ∇ L(query_i; θ′) at θ′ = θ′ᵢ
/// ```
/// Adaptation counts as a fixed offset; no second derivative is taken, and no graph of an adaptation step outlives it.
/// - SeeAlso: Finn, Abbeel and Levine, ICML 2017, section 5.2, <https://arxiv.org/abs/1703.03400>; Nichol, Achiam and Schulman, 2018,
///   section 2, <https://arxiv.org/abs/1803.02999>.
public struct FirstOrderMAML: Algorithm {
  public static let card = AlgorithmCard(
    id: "fomaml", title: "First-order MAML",
    citation: "Finn et al., ICML 2017, section 5.2, https://arxiv.org/abs/1703.03400", metaGradient: .firstOrder)

  public static let hyperparameters: HyperparameterTable<FirstOrderMAML> = .nested("inner", \.inner, InnerLoop.hyperparameters)

  /// Adaptation.
  public var inner = InnerLoop()

  public init() {}

  /// First-order MAML with an inner loop.
  public init(inner: InnerLoop) { self.inner = inner }

  public var isRecordable: Bool { true }

  public var adaptationSteps: Int { inner.steps }

  public mutating func adopt(_ signature: TaskSignature) { inner = .published(for: signature) }

  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    MetaState(learned: learner.model.initialParameters(from: stream, dtype: dtype).prefixed("initial"))
  }

  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    contribution(UnrolledGradient(inner, .firstOrder)(state.learned, learner, shard), shard)
  }

  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    inner.adapted(state.learned, learner, support: support, steps: steps)
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: FirstOrderMAML.self) }
)
