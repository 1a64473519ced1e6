public import Algorithms
public import Registry

/// Body only update in the inner loop: adaptation changes all parameters except the head.
///
/// ```
/// θ = (body, head)        body′ᵢ = body − α ∇body L(supportᵢ; θ)        θ ← θ − β ∇θ Σᵢ L(queryᵢ; body′ᵢ, head)
/// ```
/// The features change from task to task, so that they suit one head, which the outer loop learns.
/// - SeeAlso: Oh, Yoo, Kim and Yun, "BOIL: towards representation change for few-shot learning", ICLR 2021, section 3.1,
///   <https://arxiv.org/abs/2008.08882>.
public struct BOIL: DifferentiatingAlgorithm {
  public static let card = AlgorithmCard(
    id: "boil", title: "BOIL: adaptation of the body only",
    citation: "Oh et al., ICLR 2021, section 3.1, https://arxiv.org/abs/2008.08882", metaGradient: .exact, isCompared: false)

  public static let hyperparameters =
    HyperparameterTable<BOIL>.nested("inner", \.inner, InnerLoop.hyperparameters.without("adapts") + InnerLoop.learnedSettings)
    + objectiveSettings(\.objective) + differentiationSettings(\.differentiation)

  public var inner: InnerLoop = {
    var inner = InnerLoop()
    inner.adapts = .body
    return inner
  }()
  public var objective = Selection(QueryLoss.self)
  public var differentiation = Selection(Unrolled.self)

  public init() {}
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: BOIL.self) }
)
