import Autograd
public import Algorithms
import Models
public import Registry
public import Tasks
import TensorCore

/// Sharp-MAML: MAML that looks for flat minima, in adaptation and in meta-training.
///
/// ```
/// θₖ₊₁ = θₖ − α ∇L(support; θₖ + ε)        ε = ρ·∇L(support; θₖ)/‖∇L(support; θₖ)‖
/// θ ← θ − β Σᵢ ∇θ Lᵢ(θ + δᵢ)               δᵢ = σ·∇θLᵢ(θ)/‖∇θLᵢ(θ)‖, Lᵢ the query loss after adaptation
/// ```
/// Both perturbations count as constants. σ > 0 takes a second meta-gradient, so a step costs twice as much. With ρ = σ = 0 it is MAML.
/// - SeeAlso: Abbas, Xiao, Chen, Chen and Chen, "Sharp-MAML", ICML 2022, algorithm 1, <https://arxiv.org/abs/2206.03996>; Foret et al.,
///   ICLR 2021, equation 2, <https://arxiv.org/abs/2010.01412>, for a perturbation. Deviation: the paper perturbs the initialisation once
///   for a meta-batch; here each task has its own δ, so tasks stay independent (Foret et al., section 4.1: sharpness over one sample).
public struct SharpMAML: InnerLoopAlgorithm {
  public static let card = AlgorithmCard(
    id: "sharp-maml", title: "Sharp-MAML: flat minima in adaptation and meta-training",
    citation: "Abbas et al., ICML 2022, algorithm 1, https://arxiv.org/abs/2206.03996", metaGradient: .estimate, isCompared: false)

  public static let hyperparameters =
    HyperparameterTable<SharpMAML>.nested("inner", \.inner, InnerLoop.hyperparameters)
    + HyperparameterTable([
      .real("sharpness.inner", \.innerRadius, in: 0...10, "Radius ρ of the perturbation in an adaptation step; 0 for none."),
      .real("sharpness.outer", \.outerRadius, in: 0...10, "Radius σ of the perturbation of the initialisation; 0 for none."),
    ])

  public var inner = InnerLoop()
  /// ρ.
  public var innerRadius = 0.005
  /// σ.
  public var outerRadius = 0.005

  public init() {}

  public var isRecordable: Bool { true }
  public var acceptsPadding: Bool { true }
  public var footprint: TrainingFootprint { TrainingFootprint(steps: max(adaptationSteps, 1), copiesPerStep: 4) }

  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    let leaves = state.learned.map { Variable($0) }
    var theta = leaves.map { $0.broadcastOverTasks(shard.count) }
    if outerRadius > 0 {
      let own = state.learned.map { Variable($0.expanded(over: shard.count)) }
      let losses = ObjectiveValue(at: adapted(own, learner, shard.support, inner.steps, .full).end, learner, shard).objective
      let slopes = own.initial.replacing(gradient(of: losses, at: own.initial.leaves))
      theta.initial = perturbed(theta.initial, along: slopes, outerRadius)
    }
    let value = ObjectiveValue(at: adapted(theta, learner, shard.support, inner.steps, .full).end, learner, shard)
    let gradients = gradient(of: value.objective, at: leaves.leaves)
    return MetaGradient(
      gradient: leaves.replacing(gradients.map(\.value)), losses: value.queryLosses.value,
      scored: .init(value.predictions.value, shard.query.targets))
  }

  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    let start = state.start.map { Variable(constant: $0.expanded(over: support.inputs.shape[0])) }
    return adapted(start, learner, support, steps, .none).parameters.map { Adapted(parameters: $0.map(\.value), support: support) }
  }

  /// Adapts by gradients at perturbed parameters.
  private func adapted(
    _ start: MetaParameters<Variable>, _ learner: Learner, _ support: LabelledSet, _ steps: Int, _ derivative: Unrolling.Derivative
  ) -> Trajectory {
    let values = inner.values(learned: start.inner, tasks: support.inputs.shape[0], dtype: support.inputs.dtype)
    var loop = Unrolling(inner.optimizer.rule, values, steps: steps, derivative: derivative, keepsPath: derivative == .none)
    let names = inner.adapts.names(in: learner.model)
    return loop(from: start.initial, adapting: names) { parameters, _ in
      guard innerRadius > 0 else { return learner.supportLoss(parameters, support) }
      let points = (names.map(parameters.filter) ?? parameters).map { $0.detached.leaf }
      let losses = learner.supportLoss(parameters.map(\.detached).updated(with: points), support)
      let slopes = points.replacing(gradient(of: losses, at: points.leaves))
      return learner.supportLoss(perturbed(parameters, along: slopes, innerRadius), support)
    }
  }

  /// Parameters [T, …] moved along slopes by a radius for each task; parameters without a slope stay.
  private func perturbed(
    _ parameters: ParameterTree<Variable>, along slopes: ParameterTree<Variable>, _ radius: Double
  ) -> ParameterTree<Variable> {
    let rows = slopes.rows.detached
    let moves = slopes.split(rows * (rows.norm([1]).safeReciprocal() * radius))
    return parameters.updated(with: moves.zip(slopes.replacing(slopes.names.map { parameters[$0] })) { $1 + $0 })
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: SharpMAML.self) }
)
