public import Algorithms
import Autograd
public import Registry
public import Tasks

// A whole meta-loss, to copy and to change: 'tools new objective NAME' writes a copy with a name of your own. Every algorithm that
// differentiates an objective can then minimise it, by '--set objective=ID'.

/// The query loss plus the weighted support loss, both after adaptation.
///
/// ```
/// L(query; θ′) + w·L(support; θ′)
/// ```
public struct TemplateObjective: MetaObjective {
  public static let card = Card(
    id: "template-objective", title: "Template: query loss and weighted support loss", citation: "none: a template")

  /// The settings, which the command line shows as "objective.KEY".
  public static let hyperparameters = HyperparameterTable<TemplateObjective>([
    .real("weight", \.weight, in: 0...1, "Weight of the support loss after adaptation.")
  ])

  /// Weight w of the support loss.
  public var weight = 0.1

  public init() {}

  /// The objective of each task, [T]; one trajectory for each support set that it asks for, which is one by default.
  public func callAsFunction(
    _ trajectories: [Trajectory], _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> ObjectiveValue {
    let end = trajectories[0].end
    return ObjectiveValue(at: end, learner, shard) { $0.adding(learner.supportLoss(end, shard.support), scaledBy: weight) }
  }
}

#if objectFormat(ELF)
@section("objective_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__objectives") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any MetaObjective.Type).self, to: TemplateObjective.self) }
)
