public import Algorithms
public import Registry

/// Almost no inner loop: adaptation changes the head of the model only, and the body is reused.
///
/// ```
/// θ = (body, head)        head′ᵢ = head − α ∇head L(supportᵢ; θ)        θ ← θ − β ∇θ Σᵢ L(queryᵢ; body, head′ᵢ)
/// ```
/// The body is learned by the outer loop alone, through the same features of support and query.
/// - SeeAlso: Raghu, Raghu, Bengio and Vinyals, "Rapid learning or feature reuse?", ICLR 2020, section 4, <https://arxiv.org/abs/1909.09157>.
public struct ANIL: DifferentiatingAlgorithm {
  public static let card = AlgorithmCard(
    id: "anil", title: "ANIL: adaptation of the head only",
    citation: "Raghu et al., ICLR 2020, section 4, https://arxiv.org/abs/1909.09157", metaGradient: .exact)

  public static let hyperparameters =
    HyperparameterTable<ANIL>.nested("inner", \.inner, InnerLoop.hyperparameters.without("adapts") + InnerLoop.learnedSettings)
    + objectiveSettings(\.objective) + differentiationSettings(\.differentiation)

  public var inner: InnerLoop = {
    var inner = InnerLoop()
    inner.adapts = .head
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
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: ANIL.self) }
)
