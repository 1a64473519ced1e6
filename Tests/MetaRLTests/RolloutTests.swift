import Algorithms
import Autograd
import MetaRL
import Models
import Tasks
import TensorCore
import Testing
import _TestSupport

@Suite struct RolloutTests {
  static let context = AdaptationContext(stream: RandomStream(seed: 0), firstTask: 0)

  /// A linear policy on one-hot states; its weights are the logits.
  static let policy = CategoricalPolicy(observations: 3, hidden: [], actions: 2)

  static func learner(_ environment: any Environment, _ policy: any Policy = policy) -> Learner {
    Learner(model: policy, taskLoss: .negativeReturn).learning(on: environment)
  }

  private static func parameters(_ logits: [Double], tasks: Int = 1) -> ParameterTree<Tensor> {
    ParameterTree([
      ("layers.0.weight", Tensor(numbers: logits, [3, 2]).expanded(over: tasks)),
      ("layers.0.bias", Tensor.zeros([2], .float64).expanded(over: tasks)),
    ])
  }

  private static func rows(_ environment: some Environment, tasks: Range<Int> = 0..<1) throws -> Tensor {
    try environment.episodes(tasks, in: .metaTrain, seed: 1).support.inputs.converted(to: .float64)
  }

  @Test func `the policy gradient of sampled trajectories is that of the expected return`() throws {
    let (environment, logits) = (TwoStep(shots: 40_000, queries: 1), SurrogateTests.logits)
    let player = Player(Self.learner(environment), Self.context)
    let trajectories = try player.play(Self.parameters(logits), rows: try Self.rows(environment), round: 0)
    #expect(abs(trajectories.meanReturns.doubles[0] - TwoStep.expectedReturn(logits)) < 0.03)
    for baseline in [AdvantageEstimation.Baseline.none, .linear] {
      var estimation = AdvantageEstimation()
      (estimation.gamma, estimation.normalises, estimation.baseline) = (1, false, baseline)
      let leaves = Self.parameters(logits).map { Variable($0.contiguous) }
      let outputs = player.outputs(trajectories.observations, leaves)
      let log = player.policy.logProbabilities(of: trajectories.actions, under: outputs).reshaped(trajectories.mask.shape)
      let loss = Surrogate.dice.loss(log, acting: log.value, advantages: estimation(trajectories), mask: trajectories.mask)
      let found = gradient(of: loss, at: [leaves["layers.0.weight"]])[0].value.doubles.map { -2 * $0 }
      // A trajectory's term is below 2.5 in size, so that four standard errors are below 0.05 even if each were that large.
      for (own, exact) in zip(found, TwoStep.slopes(logits)) { #expect(abs(own - exact) < 0.05) }
    }
  }

  @Test func `trajectories do not depend on other tasks or on the order of rows`() throws {
    let environment = TwoStep(shots: 6, queries: 1)
    let player = Player(Self.learner(environment), Self.context)
    let rows = try Self.rows(environment, tasks: 0..<3)
    let together = try player.play(Self.parameters(SurrogateTests.logits, tasks: 3), rows: rows, round: 0)
    let alone = try player.play(Self.parameters(SurrogateTests.logits), rows: rows.slice(1..<2), round: 0)
    #expect(together.rewards[1].doubles == alone.rewards[0].doubles)
    let turned = Tensor.concatenated((0..<6).reversed().map { rows.sliced($0..<($0 + 1), along: 1) }, along: 1)
    let other = try player.play(Self.parameters(SurrogateTests.logits, tasks: 3), rows: turned, round: 0)
    for task in 0..<3 {
      let (first, second) = (together.returns[task].doubles, other.returns[task].doubles)
      #expect(first == second.reversed())
    }
  }

  @Test func `each round has trajectories of its own`() throws {
    let environment = TwoStep(shots: 50, queries: 1)
    let player = Player(Self.learner(environment), Self.context)
    let rows = try Self.rows(environment)
    func actions(_ round: Int) throws -> [Double] {
      try player.play(Self.parameters(SurrogateTests.logits), rows: rows, round: round).actions.doubles
    }
    #expect(try actions(0) == actions(0))
    #expect(try actions(0) != actions(1))
  }

  @Test func `a trajectory stops where it ends`() throws {
    // Deviation 10⁻⁶ and means of 0: the policy stays at the origin, which is the goal of the first task.
    let policy = GaussianPolicy(observations: 2, hidden: [], actions: 2, deviation: 1e-6)
    let environment = Navigation()
    let rows = Tensor(numbers: [0, 0, 1, 2, 0.3, 0.4, 1, 2], [2, 1, 4])
    let parameters = ParameterTree(
      policy.parameters.map { declaration in
        let zeros = Tensor.zeros(declaration.shape, .float64)
        return (
          declaration.name, (declaration.name == "logDeviation" ? zeros.map(.affine(factor: 1, offset: -14)) : zeros).expanded(over: 2)
        )
      })
    let found = try Player(Self.learner(environment, policy), Self.context).play(parameters, rows: rows, round: 0)
    let mask = found.mask.doubles
    #expect(mask.prefix(100).reduce(0, +) == 1 && mask.suffix(100).reduce(0, +) == 100)
    expectClose(found.returns.doubles, [0, -50], tolerance: 1e-3)
  }

  @Test func `a reward that is not a number is an error that names episode, trajectory and step`() throws {
    var environment = TwoStep(shots: 3, queries: 2)
    environment.broken = (trajectory: 4, step: 1)
    let context = AdaptationContext(stream: RandomStream(seed: 0), firstTask: 7)
    let player = Player(Self.learner(environment), context)
    let rows = try Self.rows(environment, tasks: 0..<2)
    let expected = EnvironmentError.notFinite(
      environment: "two-step", episode: "test episode 8", trajectory: 1, step: 2, horizon: 2, what: "reward")
    #expect(throws: expected) { try player.play(Self.parameters(SurrogateTests.logits, tasks: 2), rows: rows, round: 0) }
    #expect("\(expected)".hasPrefix("two-step, test episode 8, trajectory 1, step 2 of 2: the reward is not finite"))
  }

  @Test func `a diverged policy is no fault of the environment`() throws {
    let environment = TwoStep(shots: 3, queries: 2)
    let parameters = Self.parameters([.nan, 0, 0, 0, 0, 0])
    let found = try Player(Self.learner(environment), Self.context).play(parameters, rows: try Self.rows(environment), round: 0)
    #expect(!found.returns.isFinite)
  }
}
