import MetaRL
import Models
import Registry
import Tasks
import TensorCore

/// The smallest sequential problem: two choices, one after the other, with a reward for each.
///
/// The first choice decides the state of the second. States are one-hot: start, after action 0, after action 1.
struct TwoStep: Environment {
  static let card = TaskCard(id: "two-step", title: "two choices", citation: "none")
  static let hyperparameters = HyperparameterTable<TwoStep>([])

  /// Rewards by state and action; the rewards of later states come first by state.
  static let rewards: [[Double]] = [[0.5, -0.25], [1, -1], [-0.5, 2]]

  var shots = 4
  var queries = 4
  /// The trajectory and the step whose reward is not a number; nil for none.
  var broken: (trajectory: Int, step: Int)?

  init() {}

  init(shots: Int, queries: Int) { (self.shots, self.queries) = (shots, queries) }

  var horizon: Int { 2 }
  var observationWidth: Int { 3 }
  var actions: ActionSpace { .discrete(2) }
  var taskWidth: Int { 1 }
  var signature: TaskSignature { signature(suggesting: "categorical-policy") }

  func drawTask(from stream: inout RandomStream) -> [Float] { [Float(stream.uniform())] }

  func start(_ tasks: Tensor) -> Tensor { Self.rows([1, 0, 0], tasks) }

  func step(_ states: Tensor, _ actions: Tensor, tasks: Tensor, noise: Tensor, at time: Int) -> EnvironmentStep {
    let flat: Shape = [states.shape[0], states.shape[1]]
    let table = Tensor(numbers: Self.rewards.flatMap { $0 }, [3, 2], states.dtype).expanded(over: states.shape[0])
    var rewards = (states.matmul(table) * actions).sum([2]).reshaped(flat)
    if let broken, broken.step == time {
      let count = flat.elementCount
      let fault = Tensor(numbers: (0..<count).map { $0 == broken.trajectory ? .nan : 0 }, flat, states.dtype)
      rewards = rewards + fault
    }
    // The state after the first step is [0, chose 0, chose 1].
    let next = actions.padded(to: 3, at: 1, along: 2)
    return EnvironmentStep(states: next, rewards: rewards)
  }

  private static func rows(_ numbers: [Double], _ like: Tensor) -> Tensor {
    Tensor(numbers: numbers, [1, 1, 3], like.dtype).broadcast(to: [like.shape[0], like.shape[1], 3])
  }

  // MARK: Closed forms

  /// All trajectories: the actions of both steps.
  static let trajectories = [(0, 0), (0, 1), (1, 0), (1, 1)]

  /// The states of a trajectory.
  static func states(_ trajectory: (Int, Int)) -> [Int] { [0, trajectory.0 + 1] }

  /// The rewards of a trajectory.
  static func rewards(_ trajectory: (Int, Int)) -> [Double] { [rewards[0][trajectory.0], rewards[trajectory.0 + 1][trajectory.1]] }

  /// The probabilities of all trajectories for logits by state and action, flat.
  static func probabilities(_ logits: [Double]) -> [Double] {
    func choice(_ state: Int, _ action: Int) -> Double {
      let own = [exponential(logits[2 * state]), exponential(logits[2 * state + 1])]
      return own[action] / (own[0] + own[1])
    }
    return trajectories.map { choice(0, $0.0) * choice($0.0 + 1, $0.1) }
  }

  /// The expected return, exactly.
  static func expectedReturn(_ logits: [Double]) -> Double {
    zip(probabilities(logits), trajectories).reduce(0) { $0 + $1.0 * rewards($1.1).reduce(0, +) }
  }

  /// The derivative of the expected return by central differences.
  static func slopes(_ logits: [Double]) -> [Double] {
    logits.indices.map { place in
      func moved(_ distance: Double) -> Double {
        var other = logits
        other[place] += distance
        return expectedReturn(other)
      }
      return (moved(1e-5) - moved(-1e-5)) / 2e-5
    }
  }
}

/// e to the power of a number.
func exponential(_ x: Double) -> Double { Tensor(x, dtype: .float64).map(.exponential).scalar }

extension Tensor {
  /// A tensor of numbers in a floating type.
  init(numbers: [Double], _ shape: Shape, _ dtype: DType = .float64) {
    do { self = try Tensor(numbers, shape: shape).converted(to: dtype) } catch { fatalError("\(error)") }
  }
}
