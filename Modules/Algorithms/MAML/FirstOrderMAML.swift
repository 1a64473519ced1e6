public import Registry
public import Tasks

/// First-order MAML: the query gradient at the adapted parameters stands in for the meta-gradient.
///
/// ```
/// θ ← θ − β Σᵢ ∇ L(query_i; θ′) at θ′ = θ′ᵢ
/// ```
/// Adaptation counts as a fixed offset; no second derivative is taken, and no graph of an adaptation step outlives it.
/// - SeeAlso: Finn, Abbeel and Levine, ICML 2017, section 5.2, <https://arxiv.org/abs/1703.03400>; Nichol, Achiam and Schulman, 2018,
///   section 2, <https://arxiv.org/abs/1803.02999>.
public struct FirstOrderMAML: InnerLoopAlgorithm {
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

  public mutating func adopt(_ signature: TaskSignature) { inner = .published(for: signature) }

  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    contribution(UnrolledGradient(inner, .firstOrder)(state.learned, learner, shard), shard)
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
