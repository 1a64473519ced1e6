public import Algorithms
public import Autograd
public import Models
import Registry
public import Tasks
public import TensorCore

/// A policy in an environment.
///
/// All trajectories of a shard advance together: each time step is one pass of the policy over T · N states with the parameters of each
/// task, and one step of the environment.
public struct Player: Sendable {
  /// The environment.
  public let environment: any Environment
  /// The policy.
  public let policy: any Policy
  private let context: AdaptationContext

  /// Creates a player for a learner whose algorithm has checked it; the context names tasks in error messages.
  /// - Precondition: The learner has an environment, and its model is a policy.
  public init(_ learner: Learner, _ context: AdaptationContext) {
    guard let environment = learner.environment, let policy = learner.model as? any Policy else {
      fatalError("rollouts need an environment and a policy; 'validate' refuses other learners")
    }
    (self.environment, self.policy, self.context) = (environment, policy, context)
  }

  /// The outputs of the policy for observations [T, M, …], in a graph if the parameters are.
  public func outputs(_ observations: Tensor, _ parameters: ParameterTree<Variable>) -> Variable {
    policy(Variable(constant: observations), parameters, normalisation: .wholeBatch)
  }

  /// Plays one trajectory for each row.
  ///
  /// - Parameters:
  ///   - parameters: The policy of each task, [T, …].
  ///   - rows: Rows of ``TrajectoryRows``, [T, N, width].
  ///   - round: The number of the rollout from these rows; each round has its own random numbers.
  /// - Returns: The trajectories. If a policy has diverged to actions that are not finite, neither are its rewards.
  /// - Throws: ``EnvironmentError/notFinite(environment:episode:trajectory:step:horizon:what:)``
  public func play(_ parameters: ParameterTree<Tensor>, rows: Tensor, round: Int) throws(EnvironmentError) -> Trajectories {
    let (horizon, dtype) = (environment.horizon, rows.dtype)
    let fixed = parameters.map(Variable.init(constant:))
    let tasks = TrajectoryRows.tasks(of: rows)
    let choices = TrajectoryRows.noise(rows, horizon: horizon, width: policy.noise.width, round: round, purpose: "policy") {
      policy.noise == .uniform ? $0.uniform() : $0.normal()
    }
    let chances = TrajectoryRows.noise(
      rows, horizon: horizon, width: max(environment.noiseWidth, 1), round: round, purpose: "environment"
    ) { environment.noiseWidth == 0 ? 0 : $0.uniform() }
    let flat: Shape = [rows.shape[0], rows.shape[1]]
    let column: Shape = [rows.shape[0], rows.shape[1], 1]
    var states = environment.start(tasks)
    var alive = Tensor.ones(flat, dtype)
    var (seen, done, given) = ([Tensor](), [Tensor](), [Tensor]())
    var (rewards, mask) = ([Tensor](), [Tensor]())
    for time in 0..<horizon {
      let observations = environment.observations(of: states, at: time)
      let outputs = outputs(observations, fixed).value
      let actions = policy.actions(outputs, noise: choices[time])
      let step = environment.step(states, actions, tasks: tasks, noise: chances[time], at: time)
      try check(step, actions, alive, time)
      seen.append(observations)
      done.append(actions)
      given.append(outputs)
      rewards.append(step.rewards.combined(.gate, with: alive))
      mask.append(alive)
      guard let ended = step.ended else {
        states = step.states
        continue
      }
      // A trajectory that has ended stays where it was, so that nothing that happens there is ever computed with.
      let (moves, rests) = (alive.reshaped(column), (Tensor(1, dtype: dtype) - alive).reshaped(column))
      states = step.states.combined(.gate, with: moves) + states.combined(.gate, with: rests)
      alive = alive * (Tensor(1, dtype: dtype) - ended)
    }
    return Trajectories(steps: seen, actions: done, outputs: given, rewards: rewards, mask: mask)
  }

  /// Throws for a state or reward that is not finite although the action is.
  private func check(_ step: EnvironmentStep, _ actions: Tensor, _ alive: Tensor, _ time: Int) throws(EnvironmentError) {
    guard !(step.rewards.isFinite && step.states.isFinite) else { return }
    let (tasks, count) = (alive.shape[0], alive.shape[1])
    let (rewards, states, moves, running) = (step.rewards.doubles, step.states.doubles, actions.doubles, alive.doubles)
    func isFinite(_ numbers: [Double], _ row: Int) -> Bool {
      let width = numbers.count / running.count
      return numbers[(row * width)..<((row + 1) * width)].allSatisfy(\.isFinite)
    }
    for row in 0..<(tasks * count) where running[row] != 0 && isFinite(moves, row) {
      guard isFinite(rewards, row), isFinite(states, row) else {
        throw .notFinite(
          environment: type(of: environment).card.id, episode: name(ofTask: row / count), trajectory: row % count, step: time + 1,
          horizon: environment.horizon, what: isFinite(rewards, row) ? "state" : "reward")
      }
    }
  }

  /// The number of the shard's first test episode; nil in training.
  var testEpisode: Int? { context.step == nil ? context.firstTask : nil }

  /// A task in messages.
  private func name(ofTask task: Int) -> String {
    let number = context.firstTask + task
    return context.step.map { "episode \(number) of the meta-batch of iteration \($0.iteration + 1)" } ?? "test episode \(number)"
  }
}
