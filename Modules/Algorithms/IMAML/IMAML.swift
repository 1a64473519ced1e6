public import Registry
public import Tasks

/// Implicit MAML: solves the inner problem near the initialisation and differentiates the solution, not the steps.
///
/// ```
/// θ′ᵢ = argmin L(supportᵢ; θ′) + λ/2·‖θ′ − θ‖²        θ ← θ − β Σᵢ (I + Hᵢ/λ)⁻¹·∇ L(queryᵢ; θ′ᵢ)
/// ```
/// It combines ``Implicit`` with the query loss. `gradient.lambda` is λ, `inner.steps` and `inner.optimizer` solve the inner problem, and
/// `gradient.solverSteps` conjugate gradient steps solve the linear system.
/// - SeeAlso: Rajeswaran, Finn, Kakade and Levine, NeurIPS 2019, algorithms 1 and 2, <https://arxiv.org/abs/1909.04630>. Deviations: losses
///   are means over samples; adaptation uses Nesterov's method with a safeguard, not gradient descent with a fixed rate; λ differs, and
///   in classification only the head adapts, for the reasons at ``adopt(_:)``.
public struct IMAML: DifferentiatingAlgorithm {
  public static let card = AlgorithmCard(
    id: "imaml", title: "Implicit MAML: proximal adaptation, differentiated at its solution",
    citation: "Rajeswaran et al., NeurIPS 2019, algorithms 1 and 2, https://arxiv.org/abs/1909.04630", metaGradient: .implicit,
    isCompared: false)

  public static let hyperparameters =
    HyperparameterTable<IMAML>.nested("inner", \.inner, InnerLoop.hyperparameters) + objectiveSettings(\.objective)
    + differentiationSettings(\.differentiation)

  public var inner = InnerLoop(steps: 16, learningRate: 0.01)
  public var objective = Selection(QueryLoss.self)
  public var differentiation = Selection(Implicit.self)

  public init() {}

  /// Creates implicit MAML with a given inner loop.
  public init(inner: InnerLoop) { self.inner = inner }

  /// Adopts the paper's 16 steps with 5 ways or fewer, and 25 with more; everything else is ours.
  ///
  /// The theorem holds at a minimum of the proximal loss, where H + λI has no negative eigenvalue. The defaults were chosen on
  /// meta-validation such that adaptation gets there. "Negative" is the share of tasks with negative curvature.
  ///
  /// Regression, sinusoid, 1,500 iterations, Nesterov with momentum 0.7 and rate 0.01 (0.005 with λ = 100), loss after 16 steps:
  ///
  /// | λ | 2 | 5 | 10 | 20 | 40 | 100 |
  /// | --- | --- | --- | --- | --- | --- | --- |
  /// | loss | 0.521 | 0.810 | 0.395 | 0.416 | 0.489 | 0.794 |
  /// | negative | 2.5% | 0.9% | 0.07% | 0 | 0 | 0 |
  ///
  /// With λ = 20, 32 steps instead of 16 give 0.415. After 3,000 iterations momentum 0.8 gives, after 4 / 10 / 16 steps, 1.014 / 0.283 /
  /// 0.262 with a rate of 0.005, 0.779 / 0.255 / 0.251 with 0.003 and 0.400 / 0.249 / 0.255 with 0.001: the largest curvature grows in
  /// training, and steps that are too long at first are undone. With this rate and λ = 20 one task of 75,000 meets negative curvature in
  /// 1,000 iterations with seeds 0 to 2 (in iteration 3), with λ = 30 none; the losses after 10 steps are 0.66, 0.62 and 0.85 with λ = 20,
  /// 0.66, 0.76 and 0.90 with λ = 30, and 0.74, 0.67 and 1.01 with λ = 40. In 30,000 iterations with λ = 30 and seeds
  /// 0 to 2 no task meets it; the gradient norm is still 1.4 to 1.8 at the end, against kinks of the ReLU and a largest curvature that has
  /// grown. Gradient descent of fixed rate 0.01 at λ = 2 leaves gradient norms of 2.5
  /// to 5 and negative curvature in 4 to 24% of the tasks, and diverges in iteration 2833; λ = 4, 10 and 30 did not help. Adam at λ = 2
  /// needs 64 steps, and leaves 0.02% of the tasks in the second half of 1,000 iterations.
  ///
  /// Classification: a network with batch norm has negative curvature near the proximal minimum at every useful λ. On Omniglot with all
  /// parameters it meets 1% of the tasks with λ = 2 and 64 steps, 2% with λ = 5 and 32 steps, 5% with λ = 20 and 16 steps. The head's
  /// problem is convex. After 150 iterations of 4 tasks, accuracy after 8 steps: all parameters, λ = 20: 44%; head, λ = 1: 60%, 0.3: 72%,
  /// 0.1: 76%, 0.03: 80%, none with negative curvature. A model without a head needs `inner.adapts=all`.
  public mutating func adopt(_ signature: TaskSignature) {
    let steps = signature.inputKind == .image && signature.outputs > 5 ? 25 : 16
    let isRegression = signature.taskLoss.targets == .values
    inner = InnerLoop(Nesterov.self, steps: steps, learningRate: isRegression ? 0.001 : 0.5)
    inner.optimizer["momentum"] = 0.8
    inner.adapts = isRegression ? .all : .head
    do {
      try differentiation.set("lambda", to: isRegression ? "30" : "0.03", of: Implicit.self)
    } catch { fatalError("\(error)") }
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
