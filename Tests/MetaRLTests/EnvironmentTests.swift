import MetaRL
import Tasks
import TensorCore
import Testing
import _TestSupport

@Suite struct EnvironmentTests {
  @Test func `navigation moves by clipped actions and pays minus the distance`() {
    let environment = Navigation()
    let goals = Tensor(numbers: [0.3, 0.4, 0.1, 0], [1, 2, 2])
    let step = environment.step(
      environment.start(goals), Tensor(numbers: [0, 0, 5, -0.5], [1, 2, 2]), tasks: goals, noise: .zeros([1, 2, 1], .float64), at: 0)
    expectClose(step.states.doubles, [0, 0, 0.1, -0.05], tolerance: 1e-15)
    expectClose(step.rewards.doubles, [-0.5, -0.05], tolerance: 1e-12)
    #expect(step.ended?.doubles == [0, 0])
  }

  @Test func `navigation ends where both coordinates are near the goal`() {
    let environment = Navigation()
    let goals = Tensor(numbers: [0.05, 0, 0.05, 0, 0.05, 0], [1, 3, 2])
    // The last one is near along one axis only.
    let actions = Tensor(numbers: [0.5, 0.05, 0.45, -0.09, 0.5, 0.2], [1, 3, 2])
    let step = environment.step(environment.start(goals), actions, tasks: goals, noise: .zeros([1, 3, 1], .float64), at: 0)
    #expect(step.ended?.doubles == [1, 1, 0])
  }

  @Test func `goals fill the square`() {
    let tasks = Navigation()
    let goals = (0..<400).flatMap { index in
      Array(tasks.episode(index, in: .metaTrain, seed: 1).support.inputs.doubles.prefix(2))
    }
    #expect(goals.allSatisfy { abs($0) <= 0.5 })
    #expect((goals.min() ?? 0) < -0.49 && (goals.max() ?? 0) > 0.49 && abs(goals.reduce(0, +) / 800) < 0.04)
  }

  @Test func `an arm pays as often as its probability`() {
    let environment = Bandit()
    let count = 50_000
    let tasks = Tensor(numbers: [0.1, 0.9, 0.3, 0, 1], [1, 1, 5]).broadcast(to: [1, count, 5])
    var stream = RandomStream(seed: 2)
    let noise = Tensor(numbers: (0..<count).map { _ in stream.uniform() }, [1, count, 1])
    for (arm, chance) in [0.1, 0.9, 0.3, 0, 1].enumerated() {
      let actions = Tensor(numbers: (0..<5).map { $0 == arm ? 1 : 0 }, [1, 1, 5]).broadcast(to: [1, count, 5])
      let rewards = environment.step(environment.start(tasks), actions, tasks: tasks, noise: noise, at: 0).rewards.doubles
      #expect(rewards.allSatisfy { $0 == 0 || $0 == 1 })
      // Four standard errors are below 0.009.
      #expect(abs(rewards.reduce(0, +) / Double(count) - chance) < 0.009)
    }
  }

  @Test func `rows of an episode share the task and differ in the keys`() {
    let episode = Navigation().episode(3, in: .metaTest, seed: 7)
    let rows = (episode.support.inputs.doubles + episode.query.inputs.doubles)
    let numbers = stride(from: 0, to: rows.count, by: 4).map { Array(rows[$0..<($0 + 4)]) }
    #expect(numbers.count == 40)
    #expect(Set(numbers.map { Array($0.prefix(2)) }).count == 1)
    #expect(Set(numbers.map { Array($0.suffix(2)) }).count == 40)
    #expect(numbers.allSatisfy { $0.suffix(2).allSatisfy { $0 >= 0 && $0 < 16_777_216 && $0 == $0.rounded() } })
  }
}
