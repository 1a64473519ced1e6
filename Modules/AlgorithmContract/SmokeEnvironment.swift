import Registry
import Tasks
import TensorCore

/// The environment of the smoke problems: walk along a line towards a goal, in three steps; it is not registered.
///
/// ```
/// position ← position + tanh(action)        reward = −(position − goal)²
/// ```
/// Bounded moves keep rewards finite for any policy. Its discrete form has two actions, which move by −1 and 1.
struct SmokeEnvironment: Environment {
  static let card = TaskCard(id: "contract-smoke-environment", title: "small environment of the contract suite", citation: "none")
  static let hyperparameters = HyperparameterTable<SmokeEnvironment>([])

  var isDiscrete = false

  init() {}
  init(isDiscrete: Bool) { self.isDiscrete = isDiscrete }

  var shots: Int { 5 }
  var queries: Int { 4 }
  var horizon: Int { 3 }
  var observationWidth: Int { 1 }
  var actions: ActionSpace { isDiscrete ? .discrete(2) : .continuous(1) }
  var taskWidth: Int { 1 }
  var signature: TaskSignature { signature(suggesting: isDiscrete ? "categorical-policy" : "gaussian-policy") }

  func drawTask(from stream: inout RandomStream) -> [Float] { [Float(stream.uniform(-1...1))] }

  func start(_ tasks: Tensor) -> Tensor { .zeros(tasks.shape, tasks.dtype) }

  func step(_ states: Tensor, _ actions: Tensor, tasks: Tensor, noise: Tensor, at time: Int) -> EnvironmentStep {
    let moves = isDiscrete ? actions.sliced(1..<2, along: 2) - actions.sliced(0..<1, along: 2) : actions.map(.tanh)
    let moved = states + moves
    return EnvironmentStep(states: moved, rewards: -1 * (moved - tasks).map(.square).reshaped([states.shape[0], states.shape[1]]))
  }
}
