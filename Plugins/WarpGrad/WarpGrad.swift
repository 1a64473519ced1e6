import Autograd
public import Algorithms
import Models
public import Registry
public import Tasks
import TensorCore

/// WarpGrad: warp layers that make every step along a task's path a good one, and an initialisation.
///
/// ```
/// φ ← φ − β ∇φ Σᵢ 1/K Σₖ L(queryᵢ; θₖ − α ∇θ L(supportᵢ; θₖ, φ), φ)        θ₀ ← θ₀ − β Σᵢ (θ₀ − θ_K)
/// ```
/// The points θ₀, …, θ_{K−1} of a task's path count as constants, so the meta-gradient passes through one step at a time. Its memory does
/// not grow with the number of steps. The warp layers φ are `LayerTransformations`.
/// - SeeAlso: Flennerhag et al., "Meta-learning with warped gradient descent", ICLR 2020, equation 8 and algorithm 1,
///   <https://arxiv.org/abs/1909.00025>. Deviations: the warp layers are linear, as in T-Nets; the initialisation moves by Reptile's
///   displacement, where the paper leaves its objective open and uses Leap.
public struct WarpGrad: DifferentiatingAlgorithm {
  public static let card = AlgorithmCard(
    id: "warp-grad", title: "WarpGrad: warp layers learned along the path of adaptation",
    citation: "Flennerhag et al., ICLR 2020, equation 8, https://arxiv.org/abs/1909.00025", metaGradient: .estimate, isCompared: false)

  public static let hyperparameters = HyperparameterTable<WarpGrad>.nested("inner", \.inner, InnerLoop.hyperparameters)

  public var inner = InnerLoop(steps: 5)
  public var objective = Selection(QueryLoss.self)
  public var differentiation: Selection { Selection(Unrolled.self) }

  public init() {}

  public var modulation: (any Modulation)? { LayerTransformations() }
  public var metaGradientKind: MetaGradientKind { .estimate }
  public var footprint: TrainingFootprint { TrainingFootprint(steps: max(inner.steps, 1)) }

  /// Adopts MAML's rate for such tasks with five steps, because the objective reads a path.
  public mutating func adopt(_ signature: TaskSignature) {
    inner.adoptPublished(for: signature)
    inner.steps = 5
  }

  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    let learner = learner.modulated(by: modulation)
    let start = state.learned.map { Variable(constant: $0.expanded(over: shard.count)) }
    let path = inner.adapt(start, learner, shard.support, derivative: .none, keepsPath: true).parameters
    let leaves = state.learned.initial.filter(LayerTransformations.owns).map { Variable($0) }
    let warps = leaves.map { $0.broadcastOverTasks(shard.count) }
    var lookahead = inner
    lookahead.steps = min(inner.steps, 1)
    // Without steps, the query loss at the initialisation still teaches the warp layers.
    let values = path.prefix(max(path.count - 1, 1)).map { point in
      let begin = MetaParameters(initial: point.map(\.detached).updated(with: warps), inner: start.inner, own: start.own)
      return ObjectiveValue(at: lookahead.adapt(begin, learner, shard.support, derivative: .full).end, learner, shard)
    }
    let mean = values.dropFirst().reduce(values[0].objective) { $0 + $1.objective } * (1 / Double(values.count))
    let gradients = KernelProfile.during(.outerGradient) { gradient(of: mean, at: leaves.leaves) }
    let moved = displacement(from: start.initial, to: path[path.count - 1])
    let last = values[values.count - 1]
    return MetaGradient(
      gradient: MetaParameters(initial: moved.updated(with: leaves.replacing(gradients.map(\.value)))),
      losses: last.queryLosses.value, scored: .init(last.predictions.value, shard.query.targets))
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: WarpGrad.self) }
)
