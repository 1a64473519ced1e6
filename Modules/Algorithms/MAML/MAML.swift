public import Registry
public import Tasks

/// Model-agnostic meta-learning: an initialisation from which a few gradient steps adapt to a task.
///
/// ```
/// θ′ᵢ = θ − α ∇ L(support_i; θ)  (or several steps)        θ ← θ − β ∇θ Σᵢ L(query_i; θ′ᵢ)
/// ```
/// The meta-gradient is exact: it goes through every adaptation step, second derivatives included.
/// - SeeAlso: Finn, Abbeel and Levine, ICML 2017, algorithm 1 and equation 1, <https://arxiv.org/abs/1703.03400>. Deviation: losses
///   are means over samples. The code of the paper sums over the support set and divides by the shots, so that its α for N ways is
///   N·α here.
public struct MAML: InnerLoopAlgorithm {
  public static let card = AlgorithmCard(
    id: "maml", title: "Model-agnostic meta-learning, exact second order",
    citation: "Finn et al., ICML 2017, algorithm 1, https://arxiv.org/abs/1703.03400", metaGradient: .exact)

  public static let hyperparameters: HyperparameterTable<MAML> = .nested("inner", \.inner, InnerLoop.hyperparameters)

  /// Adaptation.
  public var inner = InnerLoop()

  public init() {}

  /// MAML with an inner loop.
  public init(inner: InnerLoop) { self.inner = inner }

  public var isRecordable: Bool { true }

  public mutating func adopt(_ signature: TaskSignature) { inner = .published(for: signature) }

  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    contribution(UnrolledGradient(inner, .exact)(state.learned, learner, shard), shard)
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: MAML.self) }
)
