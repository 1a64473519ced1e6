import Autograd
import Models
public import Registry
public import Tasks
public import TensorCore

/// Differentiates the solution of a proximal inner problem by the implicit function theorem: iMAML.
///
/// ```
/// θ′ = argmin L(support; θ′) + λ/2·‖θ′ − θ‖²        dJ/dθ = (I + H/λ + δ·I)⁻¹·∇J(θ′),  H = ∇²L(support; θ′)
/// ```
/// The inner optimizer minimises the proximal loss, in meta-training and in testing, and no step keeps its graph. With ``safeguard``, a step
/// that increases a task's proximal loss is undone and the next one is shorter; the paper's steps have a fixed rate. Hessian-vector products
/// solve the linear system of each task. λ is ``lambda`` and δ is ``damping``. With δ = 0 the gradient becomes exact as adaptation and
/// solver converge, for any inner optimizer; learned hyperparameters of the optimizer get no gradient.
///
/// Parameters φ that do not adapt get ∇φJ − ∂²L/∂φ∂θ′·(…)⁻¹·∇J/λ, by the same theorem.
///
/// Metrics per task: `stationarity` is the norm of the proximal loss's gradient at θ′. `negativeCurvature` is 1 if the conjugate gradients
/// met a direction of negative curvature and stopped. With a tolerance, `unconverged` is 1 if the norm is not below it.
/// - SeeAlso: Rajeswaran, Finn, Kakade and Levine, "Meta-learning with implicit gradients", NeurIPS 2019, equations 3, 6 and 7, algorithm
///   2, <https://arxiv.org/abs/1909.04630>; Lorraine, Vicol and Duvenaud, AISTATS 2020, algorithm 3, <https://arxiv.org/abs/1911.02590>,
///   for the Neumann series.
public struct Implicit: Differentiation {
  /// The solver of the linear system.
  public enum Solver: String, Sendable, Hashable, CaseIterable {
    /// Conjugate gradients.
    case cg
    /// The Neumann series Σⱼ (I − A)ʲ·b; it converges if the eigenvalues of H/λ + δ·I lie between −1 and 1.
    case neumann
  }

  /// Names of the metrics.
  private enum Metric {
    static let (stationarity, negativeCurvature, unconverged) = ("stationarity", "negativeCurvature", "unconverged")
  }

  public static let card = Card(
    id: "implicit", title: "By the implicit function theorem at the solution of a proximal problem",
    citation: "Rajeswaran et al., NeurIPS 2019, algorithm 2, https://arxiv.org/abs/1909.04630")

  public static let hyperparameters = HyperparameterTable<Implicit>([
    .real("lambda", \.lambda, in: 1e-6...1e9, "Strength λ of the proximal term λ/2·‖θ′ − θ‖² in the adaptation loss."),
    .real(
      "tolerance", \.tolerance, in: 0...1e9,
      "Gradient norm at which adaptation stops in meta-training, once all tasks of the shard are below it; 0 to take all steps."),
    .choice("solver", \.solver, "Conjugate gradients or a Neumann series."),
    .integer("solverSteps", \.solverSteps, in: 1...10_000, "Steps of the solver, each a Hessian-vector product."),
    .boolean(
      "safeguard", \.safeguard, "Undo and shorten adaptation steps that increase a task's proximal loss, in meta-training and testing."),
    .real("damping", \.damping, in: 0...1e9, "Damping added to the diagonal of the linear system."),
  ])

  /// Strength λ of the proximal term.
  public var lambda = 2.0
  /// Adaptation stops when all gradient norms are below it; 0 never stops early.
  ///
  /// Above 0 the algorithm is not recordable, because it reads numbers.
  public var tolerance = 0.0
  /// The solver of the linear system.
  public var solver = Solver.cg
  /// Number of solver steps, each one Hessian-vector product.
  public var solverSteps = 5
  /// Damping δ, added to the diagonal of the linear system.
  public var damping = 0.0
  /// Whether no adaptation step may increase a task's proximal loss.
  public var safeguard = true

  public init() {}

  public var kind: MetaGradientKind { .implicit }

  public var isRecordable: Bool { tolerance == 0 }

  /// Always 2: the graph of the last step is built again for the Hessian.
  public func liveSteps(of steps: Int) -> Int { 2 }

  public func advice(_ means: [StepReport.Metric], through inner: InnerLoop) -> String? {
    if inner.steps < Self.leastSteps {
      return "gradient=implicit differentiates the minimum of the support loss + λ/2·‖θ′ − θ‖², but inner.steps=\(inner.steps) does not "
        + "reach it, so the meta-gradient is wrong. Set inner.steps=16 or more, as 'imaml' does, or choose another gradient."
    }
    guard let share = means.first(where: { $0.name == Metric.negativeCurvature })?.mean, share > 0 else { return nil }
    let percent = (1000 * share).rounded() / 10
    return "the conjugate gradients met negative curvature and stopped early in \(percent > 0 ? "\(percent)" : "less than 0.1")% of the "
      + "tasks: their adaptation ended away from a minimum. Raise inner.steps or gradient.lambda, set gradient.damping=1, or set inner.adapts=head, "
      + "which makes the problem convex."
  }

  /// Fewer steps solve no proximal problem.
  private static let leastSteps = 4

  public func adaptation(_ inner: InnerLoop) -> InnerLoop {
    var result = inner
    result.proximity = lambda
    result.isSafeguarded = safeguard
    return result
  }

  public func objection(to objective: any MetaObjective) -> String? {
    guard objective.readsPath else { return nil }
    return "objective '\(type(of: objective).card.id)' reads parameters before the last adaptation step, and gradient=implicit knows the "
      + "derivative of the last ones alone; choose another gradient."
  }

  public func callAsFunction(
    _ objective: some MetaObjective, through inner: InnerLoop, at learned: MetaParameters<Tensor>, _ learner: Learner, _ shard: Episodes,
    _ context: AdaptationContext
  ) -> Differentiated {
    let inner = adaptation(inner)
    let theta = learned.map { Variable(constant: $0.expanded(over: shard.count)) }
    let supports = shard.supports.prefix(objective.supports)
    let adapted = supports.map { support in
      var state = OptimizerState()
      return inner.adapt(
        theta, learner, support, derivative: .none, state: &state, until: tolerance > 0 ? { isStationary($0) } : nil
      ).leaves
    }
    let value = objective(adapted, learner, shard, context)
    let width = learned.initial.count
    let gradients = KernelProfile.during(.outerGradient) { gradient(of: value.objective, at: adapted.flatMap(\.end.leaves)) }
    let solved = zip(supports, adapted).enumerated().map { place, adaptation in
      let own = learned.initial.replacing(Array(gradients[(place * width)..<((place + 1) * width)]))
      return KernelProfile.during(.outerGradient) {
        solve(own, at: adaptation.1.end, from: theta.initial, inner, learner, adaptation.0)
      }
    }
    let zeros = { (tensor: Tensor) in Tensor.zeros(tensor.shape, tensor.dtype) }
    let initial = solved.dropFirst().reduce(solved[0].gradient) { $0.zip($1.gradient) { $0 + $1 } }
    var result = Differentiated(
      MetaParameters(initial: initial, inner: learned.inner.map(zeros), own: learned.own.map(zeros)), value, adapted: adapted[0])
    result.metrics = solved.dropFirst().reduce(solved[0].metrics) { $0.zip($1.metrics) { $0.combined(.maximum, with: $1) } }
    return result
  }

  /// True if every gradient norm is below the tolerance, or if one is not finite, because more steps would not help then.
  private func isStationary(_ gradients: ParameterTree<Variable>) -> Bool {
    let norms = gradients.rows.norm([1]).value.doubles
    return norms.allSatisfy { $0 < tolerance } || !norms.allSatisfy(\.isFinite)
  }

  /// The gradient of an objective with respect to the initialisation, summed over tasks, given its gradient at the solution.
  private func solve(
    _ right: ParameterTree<Variable>, at end: ParameterTree<Variable>, from start: ParameterTree<Variable>, _ inner: InnerLoop,
    _ learner: Learner, _ support: LabelledSet
  ) -> (gradient: ParameterTree<Tensor>, metrics: ParameterTree<Tensor>) {
    let names = inner.names(in: learner) ?? { _ in true }
    let (moving, fixed) = (end.filter(names), end.filter { !names($0) })
    let slope = moving.replacing(gradient(of: learner.supportLoss(end, support), at: moving.leaves, differentiable: true))
    // The derivative of ∇L·v, for constant v, with respect to some of the parameters: a product with part of the Hessian.
    func hessian(times vector: ParameterTree<Variable>, at targets: ParameterTree<Variable>) -> ParameterTree<Variable> {
      let products = slope.zip(vector) { ($0 * $1).total() }.leaves
      return targets.replacing(gradient(of: products.dropFirst().reduce(products[0], +), at: targets.leaves))
    }
    func system(_ rows: Tensor) -> Tensor {
      let product = hessian(times: moving.cut(rows), at: moving).rows.value
      return (1 + damping) * rows + (1 / lambda) * product
    }
    let (solution, negative) = solution(right.filter(names).rows.value, system)
    let solved = moving.cut(solution)
    let mixed = fixed.isEmpty ? fixed : hessian(times: solved, at: fixed)
    let sums = right.replacing(
      right.entries.map { name, direct -> Tensor in
        let own = solved.leaf(name) ?? direct.adding(mixed[name], scaledBy: -1 / lambda)
        return own.value.sum([0]).reshaped(own.shape.dropFirst())
      })
    let distance = moving.zip(start.filter(names)) { $0.detached - $1 }
    let norms = slope.zip(distance) { $0.detached.adding($1, scaledBy: lambda) }.rows.norm([1]).value.reshaped([end.leaves[0].shape[0]])
    var metrics = [(Metric.stationarity, norms), (Metric.negativeCurvature, negative)]
    if tolerance > 0 {
      let below = Tensor(tolerance, dtype: norms.dtype).combined(.greater, with: norms)
      metrics.append((Metric.unconverged, Tensor(1, dtype: norms.dtype) - below))
    }
    return (sums, ParameterTree(metrics.map { (name: $0.0, leaf: $0.1) }))
  }

  /// The solution of the system; `negative` is 1 for each task with negative curvature, [T].
  private func solution(_ right: Tensor, _ multiply: (Tensor) -> Tensor) -> (Tensor, negative: Tensor) {
    switch solver {
    case .cg:
      let result = ConjugateGradient(right, steps: solverSteps, multiply: multiply)
      return (result.solution, result.negativeCurvature)
    case .neumann:
      let series = (0..<solverSteps).reduce(right) { sum, _ in right + (sum - multiply(sum)) }
      return (series, .zeros([right.shape[0]], right.dtype))
    }
  }
}

extension ParameterTree<Variable> {
  /// Cuts rows [T, P] into constants with the shapes of the leaves, the inverse of ``rows``.
  fileprivate func cut(_ rows: Tensor) -> ParameterTree<Variable> {
    var start = 0
    return map { leaf in
      let width = leaf.shape.dropFirst().elementCount
      defer { start += width }
      return Variable(constant: rows.sliced(start..<(start + width), along: 1).reshaped(leaf.shape))
    }
  }
}

#if objectFormat(ELF)
@section("differentiation_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__differentiate") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Differentiation.Type).self, to: Implicit.self) }
)
