import Autograd
import Models
public import Registry
public import Tasks

/// The query loss after adaptation: the standard meta-loss.
///
/// ```
/// Lᵢ(query; θ′ᵢ)
/// ```
/// - SeeAlso: Finn, Abbeel and Levine, ICML 2017, equation 1, <https://arxiv.org/abs/1703.03400>.
public struct QueryLoss: MetaObjective {
  public static let card = Card(
    id: "query-loss", title: "Query loss after adaptation",
    citation: "Finn et al., ICML 2017, equation 1, https://arxiv.org/abs/1703.03400")

  public init() {}

  public func callAsFunction(
    _ trajectories: [Trajectory], _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> ObjectiveValue {
    ObjectiveValue(at: trajectories[0].end, learner, shard)
  }
}

#if objectFormat(ELF)
@section("objective_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__objectives") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any MetaObjective.Type).self, to: QueryLoss.self) }
)
