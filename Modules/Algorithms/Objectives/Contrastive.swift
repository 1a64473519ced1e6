import Autograd
public import Registry
public import Tasks
import TensorCore

/// A contrastive meta-loss: pulls adaptations to the same task together, and pushes adaptations to different tasks apart.
///
/// ```
/// (1 − w)·Lᵢ(query; θ′ᵢ) + w·mean over j ≠ i of max(0, m + ‖θ′ᵢ − θ″ᵢ‖ − ‖θ′ᵢ − θ′ⱼ‖)
/// ```
/// θ′ is adapted on the first support set of a task, θ″ on a second one. Norms are over all parameters, and the derivative of a norm at
/// zero is zero. The loss compares tasks, so the meta-batch is one shard, with at least two tasks.
/// - SeeAlso: Hadsell, Chopra and LeCun, CVPR 2006, and Schroff et al., CVPR 2015, equation 2 (the margin),
///   <https://arxiv.org/abs/1503.03832>. Deviations from the article on meta-losses: its positive pair is the distance of a point to
///   itself, which is zero, so this loss uses a second support set; and its sign is reversed, because the article drives similar tasks
///   apart.
public struct Contrastive: MetaObjective {
  public static let card = Card(
    id: "contrastive", title: "Contrastive margin between adaptations, mixed with the query loss",
    citation: "Schroff et al., CVPR 2015, equation 2, https://arxiv.org/abs/1503.03832")

  public static let hyperparameters = HyperparameterTable<Contrastive>([
    .real("margin", \.margin, in: 0...1e6, "Margin m between the distances of adaptations to different tasks and to the same task."),
    .real("weight", \.weight, in: 0...1, "Weight w of the contrastive term; the query loss has weight 1 − w."),
  ])

  /// Margin m between adaptations to different tasks.
  public var margin = 0.1
  /// Share w of the contrastive term.
  public var weight = 0.1

  public init() {}

  /// Creates the objective with a margin m and a share w of the contrastive term.
  public init(margin: Double, weight: Double) {
    self.margin = margin
    self.weight = weight
  }

  public var supports: Int { 2 }
  public var coupling: TaskCoupling { .metaBatch }

  public func callAsFunction(
    _ trajectories: [Trajectory], _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> ObjectiveValue {
    let (first, second) = (trajectories[0].end.rows, trajectories[1].end.rows)
    let (tasks, width) = (first.shape[0], first.shape[1])
    let own = (first - second).norm([1])  // [T, 1]
    let pairs = (first.reshaped([tasks, 1, width]) - first.reshaped([1, tasks, width])).norm([2]).reshaped([tasks, tasks])
    let hinges = (own + margin - pairs).relu()
    let others = Variable(constant: .ones([tasks, tasks], first.value.dtype) - .identity(tasks, first.value.dtype))
    let contrast = (hinges * others).sum([1], scale: 1 / Double(max(tasks - 1, 1))).reshaped([tasks])
    return ObjectiveValue(at: trajectories[0].end, learner, shard) { losses in
      weight == 1 ? contrast : (losses * (1 - weight)).adding(contrast, scaledBy: weight)
    }
  }
}

#if objectFormat(ELF)
@section("objective_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__objectives") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any MetaObjective.Type).self, to: Contrastive.self) }
)
