import Algorithms
import Autograd
import Registry
import Tasks

/// A custom meta-loss: the query loss plus the weighted support loss after adaptation.
///
/// ```
/// L(query; θ′) + w·L(support; θ′)
/// ```
struct BothLosses: MetaObjective {
  static let card = Card(id: "both-losses", title: "Query and support loss after adaptation", citation: "none: an example")
  static let hyperparameters = HyperparameterTable<BothLosses>([
    .real("supportWeight", \.supportWeight, in: 0...100, "Weight of the support loss.")
  ])

  var supportWeight = 0.5

  func callAsFunction(
    _ trajectories: [Trajectory], _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> ObjectiveValue {
    let end = trajectories[0].end
    return ObjectiveValue(at: end, learner, shard) { $0.adding(learner.supportLoss(end, shard.support), scaledBy: supportWeight) }
  }
}

#if objectFormat(ELF)
@section("objective_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__objectives") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any MetaObjective.Type).self, to: BothLosses.self) }
)
