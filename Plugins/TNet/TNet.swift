public import Algorithms
public import Registry

/// T-Net: MAML with a learned transformation behind each layer, which the inner loop does not change.
///
/// ```
/// y = T·W·x        W′ᵢ = W − α ∇W L(supportᵢ; T, W)        (T, W) ← (T, W) − β ∇(T,W) Σᵢ L(queryᵢ; T, W′ᵢ)
/// ```
/// The transformations warp the activations, and so the metric in which W descends. See `LayerTransformations`.
/// - SeeAlso: Lee and Choi, "Gradient-based meta-learning with learned layerwise metric and subspace", ICML 2018, section 3.1 and equation
///   5, <https://arxiv.org/abs/1801.05558>. Deviation: a bias lies before the transformation, and convolutions are transformed by their
///   channels. The masks of MT-Net are left out.
public struct TNet: DifferentiatingAlgorithm, ReferenceAlgorithm {
  public static let card = AlgorithmCard(
    id: "t-net", title: "T-Net: MAML with learned layer transformations",
    citation: "Lee and Choi, ICML 2018, section 3.1, https://arxiv.org/abs/1801.05558", metaGradient: .exact, isCompared: false)

  public static let hyperparameters =
    HyperparameterTable<TNet>.nested("inner", \.inner, InnerLoop.hyperparameters) + objectiveSettings(\.objective)
    + differentiationSettings(\.differentiation)

  public static let referenceName = ReferenceName.model("t-net")

  public var inner = InnerLoop()
  public var objective = Selection(QueryLoss.self)
  public var differentiation = Selection(Unrolled.self)

  public init() {}

  public var modulation: (any Modulation)? { LayerTransformations() }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: TNet.self) }
)
