public import Registry

/// Model-agnostic meta-learning: an initialisation from which a few gradient steps adapt to a task.
///
/// ```
/// θ′ᵢ = θ − α ∇ L(supportᵢ; θ)  (or several steps)        θ ← θ − β ∇θ Σᵢ L(queryᵢ; θ′ᵢ)
/// ```
/// ``inner`` is the first formula, and ``objective`` is the loss in the second. ``differentiation`` takes its derivative, by default
/// exactly, through every adaptation step.
/// - SeeAlso: Finn, Abbeel and Levine, ICML 2017, algorithm 1 and equation 1, <https://arxiv.org/abs/1703.03400>. Deviation: losses
///   are means over samples. The paper's code sums over the support set and divides by the shots, so its α for N ways corresponds to N·α
///   here.
public struct MAML: DifferentiatingAlgorithm {
  public static let card = AlgorithmCard(
    id: "maml", title: "Model-agnostic meta-learning, exact second order",
    citation: "Finn et al., ICML 2017, algorithm 1, https://arxiv.org/abs/1703.03400", metaGradient: .exact,
    published: [
      .sinusoid("0.67 / 0.38 / 0.35"), .omniglot(shots: 1, "98.7 ± 0.4", .finn), .omniglot(shots: 5, "99.9 ± 0.1", .finn),
    ])

  public static let hyperparameters =
    HyperparameterTable<MAML>.nested("inner", \.inner, InnerLoop.hyperparameters + InnerLoop.learnedSettings)
    + objectiveSettings(\.objective)
    + differentiationSettings(\.differentiation)

  public var inner = InnerLoop()
  public var objective = Selection(QueryLoss.self)
  public var differentiation = Selection(Unrolled.self)

  public init() {}

  /// Creates MAML with a given inner loop.
  public init(inner: InnerLoop) { self.inner = inner }
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
