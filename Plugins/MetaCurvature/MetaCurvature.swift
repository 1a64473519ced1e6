public import Algorithms
public import Registry

/// Meta-Curvature: an initialisation and a transformation of the gradient in each mode of a parameter, learned together.
///
/// ```
/// θ′ᵢ = θ − α·M(∇ L(supportᵢ; θ))        (θ, M) ← (θ, M) − β ∇(θ,M) Σᵢ L(queryᵢ; θ′ᵢ)
/// ```
/// M is a product of small matrices, see `CurvatureMatrices`; it couples the entries of a gradient, which Meta-SGD's rates scale alone.
/// - SeeAlso: Park and Oliva, "Meta-Curvature", NeurIPS 2019, section 3.1 (MC1), <https://arxiv.org/abs/1902.03356>. Deviation: MC2 of
///   section 3.2, with matrices over pairs of modes, is left out.
public struct MetaCurvature: DifferentiatingAlgorithm, ReferenceAlgorithm {
  public static let card = AlgorithmCard(
    id: "meta-curvature", title: "Meta-Curvature: a learned transformation of the gradient (MC1)",
    citation: "Park and Oliva, NeurIPS 2019, section 3.1, https://arxiv.org/abs/1902.03356", metaGradient: .exact)

  public static let hyperparameters =
    HyperparameterTable<MetaCurvature>.nested("inner", \.inner, InnerLoop.hyperparameters) + objectiveSettings(\.objective)

  public static let referenceName = ReferenceName.optimizer("curvature-sgd")

  public var inner = InnerLoop()
  public var objective = Selection(QueryLoss.self)
  public var differentiation: Selection { Selection(Unrolled.self) }

  public init() {}

  public var modulation: (any Modulation)? { CurvatureMatrices() }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: MetaCurvature.self) }
)
