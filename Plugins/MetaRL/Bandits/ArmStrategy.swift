public import Algorithms
import Models
import Registry
public import Tasks
public import TensorCore

/// A control for bandits: a rule that chooses an arm by how often each arm was pulled and paid.
///
/// It needs no policy and learns nothing across tasks. In an adaptation step, the trajectories of a task run side by side and share what
/// they see, step by step; so it gets exactly the pulls that a policy gradient gets. In scoring, each trajectory starts from these counts
/// and adds its own pulls.
public protocol ArmStrategy: Algorithm {
  /// Chooses an arm, from 0.
  ///
  /// - Parameters:
  ///   - successes: The sum of rewards of each arm.
  ///   - pulls: The number of pulls of each arm.
  ///   - stream: The random numbers of this choice.
  /// - Returns: The arm.
  func arm(_ successes: [Double], _ pulls: [Double], from stream: inout RandomStream) -> Int
}

extension ArmStrategy {
  public var learnsFromRewards: Bool { true }
  public var adaptationSteps: Int { 0 }

  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    guard let environment = learner.environment, case .discrete = environment.actions else {
      throw .unsuited(algorithm: Self.card.id, because: "it chooses among arms, and the actions are numbers")
    }
  }

  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    MetaState(learned: MetaParameters())
  }

  /// Reports the return without adaptation.
  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    let start = adapt(state, learner, support: shard.support, steps: 0, context)[0]
    let returns = predict(start, learner, query: shard.query.inputs, mode: learner.trainingMode, context)
    return MetaGradient(
      gradient: MetaParameters(), losses: learner.losses(returns, shard.query.targets), scored: .init(returns, shard.query.targets))
  }

  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    let rows = support.inputs
    var counts = ArmCounts(groups: rows.shape[0], rows: rows.shape[1], arms: environment(learner).actions.width)
    return (0...steps).map { step in
      if step > 0 { _ = play(&counts, environment(learner), rows, round: step - 1) }
      return Adapted(parameters: counts.tree(rows.dtype), support: support)
    }
  }

  /// The returns of one trajectory for each query row, [T, N, 1].
  public func predict(
    _ adapted: Adapted, _ learner: Learner, query: Tensor, mode: NormalisationMode, _ context: AdaptationContext
  ) -> Tensor {
    var counts = ArmCounts(adapted.parameters, trajectories: query.shape[1])
    return play(&counts, environment(learner), query, round: 0)
  }

  private func environment(_ learner: Learner) -> any Environment {
    guard let environment = learner.environment else { fatalError("'validate' refuses tasks without an environment") }
    return environment
  }

  /// Plays a trajectory for each row and returns their returns, [T, N, 1]; the counts grow after each step.
  private func play(_ counts: inout ArmCounts, _ environment: any Environment, _ rows: Tensor, round: Int) -> Tensor {
    let (dtype, arms) = (rows.dtype, counts.arms)
    var streams = TrajectoryRows.streams(rows, round: round, purpose: "arms")
    let tasks = TrajectoryRows.tasks(of: rows)
    let noise = TrajectoryRows.noise(
      rows, horizon: environment.horizon, width: max(environment.noiseWidth, 1), round: round, purpose: "environment"
    ) { $0.uniform() }
    var states = environment.start(tasks)
    var returns = Tensor.zeros([rows.shape[0], rows.shape[1]], dtype)
    var alive = Tensor.ones(returns.shape, dtype)
    for time in 0..<environment.horizon {
      let chosen = streams.indices.map { row in
        let (successes, pulls) = counts[row]
        return arm(successes, pulls, from: &streams[row])
      }
      let actions = Tensor(shape: [rows.shape[0], rows.shape[1], arms], dtype: .float64) { bytes in
        let numbers = bytes.bindMemory(to: Double.self)
        for place in numbers.indices { numbers.initializeElement(at: place, to: chosen[place / arms] == place % arms ? 1 : 0) }
      }.converted(to: dtype)
      let step = environment.step(states, actions, tasks: tasks, noise: noise[time], at: time)
      let rewards = step.rewards.combined(.gate, with: alive)
      counts.add(rewards.doubles, of: chosen, where: alive.doubles)
      returns = returns + rewards
      states = step.states
      if let ended = step.ended { alive = alive * (Tensor(1, dtype: dtype) - ended) }
    }
    return returns.reshaped(returns.shape.inserting(1, at: 2))
  }
}
