public import Registry
public import Tasks

/// Implicit MAML: solves the inner problem near the initialisation and differentiates the solution, not the steps.
///
/// ```
/// θ′ᵢ = argmin L(supportᵢ; θ′) + λ/2·‖θ′ − θ‖²        θ ← θ − β Σᵢ (I + Hᵢ/λ)⁻¹·∇ L(queryᵢ; θ′ᵢ)
/// ```
/// It combines ``Implicit`` with the query loss. `gradient.lambda` is λ, `inner.steps` and `inner.optimizer` solve the inner problem, and
/// `gradient.solverSteps` conjugate gradient steps solve the linear system.
/// - SeeAlso: Rajeswaran, Finn, Kakade and Levine, NeurIPS 2019, algorithms 1 and 2, <https://arxiv.org/abs/1909.04630>. Deviation: losses
///   are means over samples.
public struct IMAML: DifferentiatingAlgorithm {
  public static let card = AlgorithmCard(
    id: "imaml", title: "Implicit MAML: proximal adaptation, differentiated at its solution",
    citation: "Rajeswaran et al., NeurIPS 2019, algorithms 1 and 2, https://arxiv.org/abs/1909.04630", metaGradient: .implicit)

  public static let hyperparameters =
    HyperparameterTable<IMAML>.nested("inner", \.inner, InnerLoop.hyperparameters) + objectiveSettings(\.objective)
    + differentiationSettings(\.differentiation)

  public var inner = InnerLoop(steps: 16, learningRate: 0.01)
  public var objective = Selection(QueryLoss.self)
  public var differentiation = Selection(Implicit.self)

  public init() {}

  /// Creates implicit MAML with a given inner loop.
  public init(inner: InnerLoop) { self.inner = inner }

  /// Adopts the paper's 16 steps with 5 ways or fewer, and 25 with more.
  ///
  /// The rates are ours. Measured on sinusoid: with 0.02 and 0.05 a task's adaptation diverges within 2,000 iterations, with 0.01 none
  /// does.
  public mutating func adopt(_ signature: TaskSignature) {
    inner.steps = signature.inputKind == .image && signature.outputs > 5 ? 25 : 16
    inner.learningRate = signature.inputKind == .image || signature.taskLoss.targets == .binary ? 0.1 : 0.01
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: IMAML.self) }
)
