import Algorithms
import Autograd
import Registry
import Tasks
import TensorCore

/// A contrastive meta-loss: two adaptations to one task end close together, adaptations to different tasks end apart.
///
/// ```
/// L(query; θ′ᵢ) + w · mean over j ≠ i of max(0, m + ‖θ′ᵢ − θ″ᵢ‖ − ‖θ′ᵢ − θ′ⱼ‖)
/// ```
/// θ″ is adapted to a second support set of the same task. The loss compares tasks, so the meta-batch is one shard.
struct PairwiseMargin: MetaObjective {
  static let card = Card(id: "pairwise-margin", title: "Contrastive margin between adaptations", citation: "none: an example")
  static let hyperparameters = HyperparameterTable<PairwiseMargin>([
    .real("margin", \.margin, in: 0...1e6, "Distance m that different tasks keep."),
    .real("weight", \.weight, in: 0...1e6, "Weight of the contrastive term."),
  ])

  var margin = 0.5
  var weight = 0.1
  var supports: Int { 2 }
  var coupling: TaskCoupling { .metaBatch }

  func callAsFunction(
    _ trajectories: [Trajectory], _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> ObjectiveValue {
    let (first, second) = (trajectories[0].end.rows, trajectories[1].end.rows)
    let (tasks, width) = (first.shape[0], first.shape[1])
    let own = (first - second).norm([1])  // [T, 1]
    let pairs = first.reshaped([tasks, 1, width]) - first.reshaped([1, tasks, width])
    let hinges = (own + margin - pairs.norm([2]).reshaped([tasks, tasks])).relu()
    let others = Variable(constant: .ones([tasks, tasks], first.value.dtype) - .identity(tasks, first.value.dtype))
    let contrast = (hinges * others).sum([1], scale: 1 / Double(max(tasks - 1, 1))).reshaped([tasks])
    return ObjectiveValue(at: trajectories[0].end, learner, shard) { $0.adding(contrast, scaledBy: weight) }
  }
}

/// MAML with the contrastive meta-loss.
struct ContrastiveMAML: DifferentiatingAlgorithm {
  static let card = AlgorithmCard(
    id: "contrastive-maml", title: "MAML with a contrastive margin", citation: "none: an example", metaGradient: .exact)
  static let hyperparameters =
    HyperparameterTable<ContrastiveMAML>.nested("inner", \.inner, InnerLoop.hyperparameters) + objectiveSettings(\.objective)

  var inner = InnerLoop()
  var objective = Selection(PairwiseMargin.self)
  var differentiation: Selection { Selection(Unrolled.self) }
}

#if objectFormat(ELF)
@section("objective_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__objectives") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any MetaObjective.Type).self, to: PairwiseMargin.self) }
)

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let algorithmRecord: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: ContrastiveMAML.self) }
)
