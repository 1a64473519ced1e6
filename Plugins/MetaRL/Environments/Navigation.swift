public import Registry
public import Tasks
public import TensorCore

/// Navigation in the plane: move from the origin to a goal that the policy does not see.
///
/// ```
/// goal ~ U[−0.5, 0.5]²        position ← position + clip(0.1 · action, ±0.1)        reward = −‖position − goal‖
/// ```
/// The policy sees its position only. A trajectory ends where both coordinates are within 0.01 of the goal, or at the horizon.
/// - SeeAlso: Finn et al., ICML 2017, section 5.3.1 and appendix A.2, <https://arxiv.org/abs/1703.03400>. The paper names the squared
///   distance; its code, and all other public code, has the distance itself, and so does this. An action is in units of `actionScale`,
///   because the paper's code scales the action range to ±1.
public struct Navigation: Environment {
  public static let card = TaskCard(
    id: "navigation", title: "environment: move in the plane to an unseen goal",
    citation: "Finn et al., ICML 2017, section 5.3.1, https://arxiv.org/abs/1703.03400")

  public static let hyperparameters =
    HyperparameterTable<Navigation>([
      .integer("shots", \.shots, in: 1...100_000, "Trajectories of a task for each adaptation step."),
      .integer("queries", \.queries, in: 1...100_000, "Trajectories of a task for scoring."),
      .integer("horizon", \.horizon, in: 1...10_000, "The largest number of steps of a trajectory."),
      .real("actionScale", \.actionScale, in: 1e-6...1e6, "Factor of an action before it is clipped."),
      .real("limit", \.limit, in: 1e-6...1e6, "The largest move along each axis in one step."),
      .real("radius", \.radius, in: 0...1e6, "Distance along each axis within which the goal is reached."),
    ]) + .nested("goal", \.goal, Interval.hyperparameters)

  public var shots = 20
  public var queries = 20
  public var horizon = 100
  /// Factor of an action before it is clipped.
  public var actionScale = 0.1
  /// The largest move along each axis.
  public var limit = 0.1
  /// Distance along each axis within which the goal is reached.
  public var radius = 0.01
  /// Range of each coordinate of the goal.
  public var goal = Interval(-0.5, 0.5)

  public init() {}

  public func prepare(source: String?) throws { try goal.validate("goal", of: Self.card.id) }

  public var signature: TaskSignature { signature(suggesting: "gaussian-policy") }

  public var observationWidth: Int { 2 }
  public var actions: ActionSpace { .continuous(2) }
  public var taskWidth: Int { 2 }
  public var isPlanar: Bool { true }

  public func drawTask(from stream: inout RandomStream) -> [Float] {
    (0..<2).map { _ in Float(stream.uniform(goal.low...goal.high)) }
  }

  public func start(_ tasks: Tensor) -> Tensor { .zeros(tasks.shape, tasks.dtype) }

  public func step(_ states: Tensor, _ actions: Tensor, tasks: Tensor, noise: Tensor, at time: Int) -> EnvironmentStep {
    let moved = states + (actionScale * actions).clipped(to: limit)
    let offset = moved - tasks
    let flat: Shape = [states.shape[0], states.shape[1]]
    let distances = offset.map(.square).sum([2]).map(.squareRoot).reshaped(flat)
    let farthest = offset.map(.absolute).maximum([2]).reshaped(flat)
    return EnvironmentStep(
      states: moved, rewards: -1 * distances, ended: Tensor(radius, dtype: states.dtype).combined(.greater, with: farthest))
  }
}

extension Tensor {
  /// Limits every element to ±limit.
  fileprivate func clipped(to limit: Double) -> Tensor {
    let bound = Tensor(-limit, dtype: dtype)
    return -1 * (-1 * combined(.maximum, with: bound)).combined(.maximum, with: bound)
  }
}

#if objectFormat(ELF)
@section("task_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__tasks") @used
#endif
private let record: RegistryRecord = (
  version: 1, accessor: { $0.initializeMemory(as: (any TaskDistribution.Type).self, to: Navigation.self) }
)
