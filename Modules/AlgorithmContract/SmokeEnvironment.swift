import Registry
import Tasks
import TensorCore

/// The environment of the smoke problems: walk along a line towards a goal, in three steps; it is not registered.
///
/// ```
/// position ← position + action        reward = −(position − goal)²
/// ```
struct SmokeEnvironment: Environment {
  static let card = TaskCard(id: "contract-smoke-environment", title: "small environment of the contract suite", citation: "none")
  static let hyperparameters = HyperparameterTable<SmokeEnvironment>([])

  init() {}

  var shots: Int { 5 }
  var queries: Int { 4 }
  var horizon: Int { 3 }
  var observationWidth: Int { 1 }
  var actions: ActionSpace { .continuous(1) }
  var taskWidth: Int { 1 }
  var signature: TaskSignature { signature(suggesting: "gaussian-policy") }

  func drawTask(from stream: inout RandomStream) -> [Float] { [Float(stream.uniform(-1...1))] }

  func start(_ tasks: Tensor) -> Tensor { .zeros(tasks.shape, tasks.dtype) }

  func step(_ states: Tensor, _ actions: Tensor, tasks: Tensor, noise: Tensor, at time: Int) -> EnvironmentStep {
    let moved = states + actions
    return EnvironmentStep(states: moved, rewards: -1 * (moved - tasks).map(.square).reshaped([states.shape[0], states.shape[1]]))
  }
}
