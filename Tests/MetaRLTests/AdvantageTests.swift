import MetaRL
import Algorithms
import Models
import Tasks
import TensorCore
import Testing
import _TestSupport

@Suite struct AdvantageTests {
  /// One task with two trajectories of three steps; the second one ends after two.
  private static let rewards = [1.0, 2, 3, 4, 5, 0]
  private static let mask = [1.0, 1, 1, 1, 1, 0]

  private static func trajectories(_ observations: [Double] = [0, 0, 0, 0, 0, 0], _ rewards: [Double] = rewards) -> Trajectories {
    let none = Tensor.zeros([1, 6, 1], .float64)
    return Trajectories(
      observations: Tensor(numbers: observations, [1, 6, 1]), actions: none, outputs: none, rewards: Tensor(numbers: rewards, [1, 2, 3]),
      mask: Tensor(numbers: mask, [1, 2, 3]))
  }

  private static func plain(gamma: Double, lambda: Double = 1) -> AdvantageEstimation {
    var estimation = AdvantageEstimation()
    (estimation.gamma, estimation.lambda, estimation.baseline, estimation.normalises) = (gamma, lambda, .none, false)
    return estimation
  }

  @Test func `without a baseline, advantages are discounted sums of later rewards`() {
    let found = Self.plain(gamma: 0.5)(Self.trajectories()).doubles
    expectClose(found, [1 + 1 + 0.75, 2 + 1.5, 3, 4 + 2.5, 5, 0], tolerance: 1e-12)
  }

  @Test func `lambda 0 keeps the reward of the step alone`() {
    expectClose(Self.plain(gamma: 0.9, lambda: 0)(Self.trajectories()).doubles, [1, 2, 3, 4, 5, 0], tolerance: 1e-12)
  }

  @Test func `normalised advantages have mean 0 and deviation 1 over the steps that count`() {
    var estimation = Self.plain(gamma: 1)
    estimation.normalises = true
    let found = estimation(Self.trajectories()).doubles
    let counted = found.prefix(5)
    expectClose([counted.reduce(0, +), counted.reduce(0) { $0 + $1 * $1 } / 5, found[5]], [0, 1, 0], tolerance: 1e-7)
  }

  @Test func `a linear baseline explains returns that are linear in the state`() {
    // The last rewards are 2·s, and each return is 2·s of its own state.
    let observations = [3.0, 2, 1, 5, 4, 0]
    var estimation = Self.plain(gamma: 1)
    estimation.baseline = .linear
    let found = estimation(Self.trajectories(observations, [2, 2, 2, 2, 8, 0])).doubles
    // The ridge of 10⁻⁵ leaves a small rest.
    expectClose(found, [0, 0, 0, 0, 0, 0], tolerance: 1e-3)
  }

  @Test func `a horizon of one step`() {
    let one = Tensor.zeros([1, 2, 1], .float64)
    let trajectories = Trajectories(
      observations: one, actions: one, outputs: one, rewards: Tensor(numbers: [1, 3], [1, 2, 1]), mask: .ones([1, 2, 1], .float64))
    var estimation = Self.plain(gamma: 1)
    estimation.baseline = .linear
    expectClose(estimation(trajectories).doubles, [-1, 1], tolerance: 1e-4)
  }
}
