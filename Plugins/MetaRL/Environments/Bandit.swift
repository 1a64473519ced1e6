public import Registry
public import Tasks
public import TensorCore

/// Bernoulli bandits: each arm pays 1 with a probability of its own, which the policy does not see.
///
/// ```
/// p ~ U[0, 1]^arms        reward ~ Bernoulli(p[arm])
/// ```
/// A trajectory is a sequence of pulls. The policy sees the number 1 only, so it learns about the arms by adaptation alone.
/// - SeeAlso: Duan et al., "RL²: fast reinforcement learning via slow reinforcement learning", 2016, section 3.1,
///   <https://arxiv.org/abs/1611.02779>: the same arms, but there a recurrent policy sees its rewards.
public struct Bandit: Environment {
  public static let card = TaskCard(
    id: "bandit", title: "environment: Bernoulli bandits with unseen probabilities",
    citation: "Duan et al., 2016, section 3.1, https://arxiv.org/abs/1611.02779")

  public static let hyperparameters = HyperparameterTable<Bandit>([
    .integer("arms", \.arms, in: 2...1000, "Number of arms."),
    .integer("shots", \.shots, in: 1...100_000, "Trajectories of a task for each adaptation step."),
    .integer("queries", \.queries, in: 1...100_000, "Trajectories of a task for scoring."),
    .integer("horizon", \.horizon, in: 1...10_000, "Pulls in a trajectory."),
  ])

  public var shots = 10
  public var queries = 10
  public var horizon = 10
  /// Number of arms.
  public var arms = 5

  public init() {}

  public var signature: TaskSignature { signature(suggesting: "categorical-policy") }

  public var observationWidth: Int { 1 }
  public var actions: ActionSpace { .discrete(arms) }
  public var taskWidth: Int { arms }
  public var noiseWidth: Int { 1 }

  public func drawTask(from stream: inout RandomStream) -> [Float] { (0..<arms).map { _ in Float(stream.uniform()) } }

  public func start(_ tasks: Tensor) -> Tensor { .ones([tasks.shape[0], tasks.shape[1], 1], tasks.dtype) }

  public func step(_ states: Tensor, _ actions: Tensor, tasks: Tensor, noise: Tensor, at time: Int) -> EnvironmentStep {
    let flat: Shape = [states.shape[0], states.shape[1]]
    let chances = (actions * tasks).sum([2])
    return EnvironmentStep(states: states, rewards: chances.combined(.greater, with: noise).reshaped(flat))
  }
}

#if objectFormat(ELF)
@section("task_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__tasks") @used
#endif
private let record: RegistryRecord = (
  version: 1, accessor: { $0.initializeMemory(as: (any TaskDistribution.Type).self, to: Bandit.self) }
)
