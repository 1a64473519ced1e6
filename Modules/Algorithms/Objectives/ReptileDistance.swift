import Autograd
import Models
public import Registry
public import Tasks
import TensorCore

/// Half the squared distance between initial and adapted parameters: the meta-loss behind Reptile.
///
/// ```
/// ½·‖θ − θ′ᵢ‖²        over all parameters
/// ```
/// By default it is differentiated through adaptation, as in the article on meta-losses. Its minimum is where adaptation moves least, which
/// need not be where it ends well: on sinusoids it drives the network towards functions with small gradients. With `differentiated=false`,
/// θ′ counts as a constant; the gradient is then θ − θ′, Reptile's displacement.
/// - SeeAlso: Nichol, Achiam and Schulman, 2018, section 5.2, <https://arxiv.org/abs/1803.02999>: Reptile as stochastic gradient descent on
///   half the expected squared distance to a task's solutions. The paper also omits the solution's dependence on θ.
public struct ReptileDistance: MetaObjective {
  public static let card = Card(
    id: "reptile-distance", title: "Half the squared distance that adaptation moves",
    citation: "Nichol et al., 2018, section 5.2, https://arxiv.org/abs/1803.02999")

  public static let hyperparameters = HyperparameterTable<ReptileDistance>([
    .boolean(
      "differentiated", \.isThroughAdaptation,
      "Differentiate through adaptation. If false, adapted parameters are constants, as in Reptile.")
  ])

  public var isThroughAdaptation = true

  public init() {}

  /// Creates the objective; false makes the adapted parameters constants, as in Reptile.
  public init(isThroughAdaptation: Bool) { self.isThroughAdaptation = isThroughAdaptation }

  public var readsPath: Bool { true }

  /// Rejects first-order methods: both ends of the distance then move alike, so the gradient is zero.
  public func objection(to way: any Differentiation) -> String? {
    guard isThroughAdaptation, way.kind == .firstOrder else { return nil }
    return "the first-order gradient of objective reptile-distance is zero; set objective.differentiated=false, or choose another gradient."
  }

  public func kind(by way: MetaGradientKind) -> MetaGradientKind { isThroughAdaptation ? way : .displacement }

  public func callAsFunction(
    _ trajectories: [Trajectory], _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> ObjectiveValue {
    let path = trajectories[0].parameters
    let (start, end) = (path[0], isThroughAdaptation ? path[path.count - 1] : path[path.count - 1].map(\.detached))
    let squares = start.zip(end) { before, after in
      (before - after).squared().sum(AxisSet(1..<before.shape.rank), scale: 0.5).reshaped([before.shape[0]])
    }
    let distance = squares.leaves.dropFirst().reduce(squares.leaves[0], +)
    return ObjectiveValue(at: end.map(\.detached), learner, shard) { _ in distance }
  }
}

#if objectFormat(ELF)
@section("objective_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__objectives") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any MetaObjective.Type).self, to: ReptileDistance.self) }
)
