public import Registry

/// First-order MAML: uses the query gradient at the adapted parameters as the meta-gradient.
///
/// ```
/// θ ← θ − β Σᵢ ∇ L(queryᵢ; θ′) at θ′ = θ′ᵢ
/// ```
/// Adaptation counts as a fixed offset. There is no second derivative, and no adaptation step keeps its graph after it ends.
/// - SeeAlso: Finn, Abbeel and Levine, ICML 2017, section 5.2, <https://arxiv.org/abs/1703.03400>; Nichol, Achiam and Schulman, 2018,
///   section 2, <https://arxiv.org/abs/1803.02999>.
public struct FirstOrderMAML: DifferentiatingAlgorithm {
  public static let card = AlgorithmCard(
    id: "fomaml", title: "First-order MAML",
    citation: "Finn et al., ICML 2017, section 5.2, https://arxiv.org/abs/1703.03400", metaGradient: .firstOrder,
    published: [.omniglot(shots: 1, "98.3 ± 0.5", .nichol), .omniglot(shots: 5, "99.2 ± 0.2", .nichol)])

  public static let hyperparameters =
    HyperparameterTable<FirstOrderMAML>.nested("inner", \.inner, InnerLoop.hyperparameters) + objectiveSettings(\.objective)

  public var inner = InnerLoop()
  public var objective = Selection(QueryLoss.self)
  public var differentiation: Selection { Selection(FirstOrder.self) }

  public init() {}

  /// Creates first-order MAML with a given inner loop.
  public init(inner: InnerLoop) { self.inner = inner }
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
