public import Registry
public import Tasks

/// Gradient-based bilevel meta-learning; rule, number of steps, objective and differentiation method are settings.
///
/// ```
/// minimise over (θ, h)   Σᵢ J(θ, θᵢ,₁, …, θᵢ,K)        where  θᵢ,ₖ₊₁ = U(θᵢ,ₖ, ∇L(supportᵢ; θᵢ,ₖ); h)
/// ```
/// J is `objective`, U is `inner.optimizer` and K is `inner.steps`. `gradient` selects the derivative: first order, through all steps or
/// the last ones, or at the solution. Many other algorithms are special cases. For problems without tasks, use ``Bilevel``.
/// - SeeAlso: Franceschi et al., "Bilevel programming for hyperparameter optimization and meta-learning", ICML 2018, equations 3 to 7,
///   <https://arxiv.org/abs/1806.04910>.
public struct BilevelAlgorithm: DifferentiatingAlgorithm {
  public static let card = AlgorithmCard(
    id: "bilevel", title: "Bilevel meta-learning: any rule, objective and way through the steps",
    citation: "Franceschi et al., ICML 2018, equations 3 to 7, https://arxiv.org/abs/1806.04910", metaGradient: .exact, isCompared: false)

  public static let hyperparameters =
    HyperparameterTable<BilevelAlgorithm>.nested("inner", \.inner, InnerLoop.hyperparameters) + objectiveSettings(\.objective)
    + differentiationSettings(\.differentiation)

  public var inner = InnerLoop(steps: 5, learningRate: 0.01)
  public var objective = Selection(QueryLoss.self)
  public var differentiation = Selection(Unrolled.self)

  public init() {}

  /// Adopts five steps with MAML's rate for such tasks; for images, MAML's rate for five steps.
  public mutating func adopt(_ signature: TaskSignature) {
    inner.adoptPublished(for: signature)
    inner.steps = 5
    if signature.inputKind == .image { inner.learningRate = 0.1 }
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: BilevelAlgorithm.self) }
)
