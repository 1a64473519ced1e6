import Algorithms
import Autograd
import Evaluation
import MetaRL
import Models
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

@Suite struct TrainingTests {
  private static let policy = GaussianPolicy(observations: 2, hidden: [8], actions: 2)

  private static func navigation(horizon: Int = 6) -> Navigation {
    var tasks = Navigation()
    (tasks.shots, tasks.queries, tasks.horizon) = (4, 3, horizon)
    return tasks
  }

  private static func trained(_ algorithm: any Algorithm, threads: Int, iterations: Int = 3) throws -> TrainingSnapshot {
    let tasks = navigation()
    var configuration = algorithm.defaultTraining(for: tasks.signature)
    (configuration.metaBatchSize, configuration.iterations, configuration.threads) = (6, iterations, threads)
    configuration.usesAllThreads = true
    var trainer = try MetaTrainer(algorithm, Learner(model: policy, taskLoss: .negativeReturn), tasks: tasks, configuration)
    for _ in 0..<iterations { _ = try trainer.step() }
    return trainer.snapshot
  }

  private static var plainGradient: MAMLRL {
    var algorithm = MAMLRL()
    algorithm.search.update = .gradient
    return algorithm
  }

  @Test(arguments: [MAMLRL(), plainGradient] as [any Algorithm])
  func `the same bits on one thread and on two`(algorithm: any Algorithm) throws {
    let (one, two) = (try Self.trained(algorithm, threads: 1), try Self.trained(algorithm, threads: 2))
    #expect(one.tensors.keys == two.tensors.keys)
    for (name, tensor) in one.tensors { #expect(tensor.doubles == two.tensors[name]?.doubles, "\(name)") }
  }

  /// The graph of four tasks at random parameters, in float64, and what is learned.
  private static func graph(_ algorithm: some PolicyAlgorithm) throws -> (graph: MetaObjectiveGraph, learned: MetaParameters<Tensor>) {
    let tasks = navigation()
    let learner = Learner(model: policy, taskLoss: .negativeReturn).learning(on: tasks)
    let state = algorithm.initialState(learner, from: RandomStream(seed: 3), dtype: .float64)
    let shard = try tasks.episodes(0..<4, in: .metaTrain, seed: 2).converted(to: .float64)
    let context = AdaptationContext(stream: RandomStream(seed: 0), firstTask: 0)
    let graph = try MetaObjectiveGraph(
      algorithm.search, Player(learner, context), state, support: shard.support.inputs, query: shard.query.inputs, withDivergence: true)
    return (graph, state.learned)
  }

  private static func direction(_ learned: MetaParameters<Tensor>) -> [Tensor] {
    var stream = RandomStream(seed: 11)
    return learned.leaves.map { leaf in Tensor(numbers: (0..<leaf.shape.elementCount).map { _ in stream.normal() }, leaf.shape) }
  }

  private static func moved(_ learned: MetaParameters<Tensor>, _ direction: [Tensor], by distance: Double) -> MetaParameters<Tensor> {
    learned.replacing(zip(learned.leaves, direction).map { $0 + distance * $1 })
  }

  private static func inner(_ first: [Tensor], _ second: [Tensor]) -> Double {
    zip(first, second).reduce(0) { $0 + ($1.0 * $1.1).total.scalar }
  }

  /// On fixed trajectories, loss and divergence are smooth functions of what is learned: the derivatives go through the adaptation.
  @Test(arguments: Surrogate.allCases)
  func `gradient and Hessian products agree with finite differences`(surrogate: Surrogate) throws {
    var algorithm = MAMLRL()
    algorithm.search.surrogate = surrogate
    algorithm.search.inner.steps = 2
    let (graph, learned) = try Self.graph(algorithm)
    let direction = Self.direction(learned)
    let distance = 1e-4
    let (ahead, back) = (
      try graph.values(at: Self.moved(learned, direction, by: distance)),
      try graph.values(at: Self.moved(learned, direction, by: -distance))
    )
    let slope = Self.inner(graph.gradient, direction)
    #expect(abs((ahead.loss - back.loss) / (2 * distance) - slope) < 1e-5 * max(1, abs(slope)))
    // The divergence is 0 with slope 0 at the start: d(h) = ½ h² vᵀHv + O(h³).
    let curvature = Self.inner(graph.hessianProduct(direction), direction)
    #expect(curvature > 0)
    #expect(abs((ahead.divergence + back.divergence) / (distance * distance) - curvature) < 1e-4 * curvature)
  }

  @Test func `first-order MAML has another gradient than second-order MAML`() throws {
    let (first, second) = (try Self.graph(FirstOrderMAMLRL()).graph.gradient, try Self.graph(MAMLRL()).graph.gradient)
    let distance = zip(first, second).reduce(0) { $0 + ($1.0 - $1.1).norm }
    #expect(distance > 1e-3)
  }

  @Test func `a meta-update lowers the loss and stays within the trust region`() throws {
    let tasks = Self.navigation()
    var configuration = MAMLRL().defaultTraining(for: tasks.signature)
    (configuration.metaBatchSize, configuration.iterations) = (6, 8)
    var trainer = try MetaTrainer(MAMLRL(), Learner(model: Self.policy, taskLoss: .negativeReturn), tasks: tasks, configuration)
    var accepted = 0
    for _ in 0..<8 {
      let metrics = try trainer.step().metrics
      let divergence = try #require(metrics.first { $0.name == "divergence" }).mean
      let fraction = try #require(metrics.first { $0.name == "stepFraction" }).mean
      #expect(divergence >= 0 && divergence <= MAMLRL().search.region.divergence)
      #expect((fraction == 0) == (divergence == 0))
      accepted += fraction > 0 ? 1 : 0
    }
    #expect(accepted >= 6)
  }

  @Test func `an environment that fails stops meta-training and the test`() throws {
    var tasks = TwoStep(shots: 3, queries: 2)
    tasks.broken = (trajectory: 2, step: 0)
    let learner = Learner(model: RolloutTests.policy, taskLoss: .negativeReturn)
    let algorithm = MAMLRL()
    var configuration = algorithm.defaultTraining(for: tasks.signature)
    configuration.metaBatchSize = 2
    var trainer = try MetaTrainer(algorithm, learner, tasks: tasks, configuration)
    #expect(
      throws: EnvironmentError.notFinite(
        environment: "two-step", episode: "episode 0 of the meta-batch of iteration 1", trajectory: 2, step: 1, horizon: 2, what: "reward")
    ) { try trainer.step() }
    var test = TestConfiguration()
    test.episodes = 4
    let experiment = try Experiment(algorithm: algorithm, learner: learner, tasks: tasks, training: configuration, test: test)
    #expect(
      throws: EnvironmentError.notFinite(
        environment: "two-step", episode: "test episode 0", trajectory: 2, step: 1, horizon: 2, what: "reward")
    ) { try experiment.metaTest(trainer.state) }
  }

  @Test func `environments and labelled samples need algorithms of their own`() throws {
    let policy = Learner(model: Self.policy, taskLoss: .negativeReturn)
    let environment = Self.navigation()
    let refused = #expect(throws: AlgorithmError.self) { try MetaTrainer(MAML(), policy, tasks: environment, TrainingConfiguration()) }
    #expect(refused?.isUnsuited == true && refused?.description.contains("rewards") == true)
    let labelled = Learner(model: MLP(widths: [1, 4, 1]), taskLoss: .meanSquaredError)
    let other = #expect(throws: AlgorithmError.self) { try MetaTrainer(MAMLRL(), labelled, tasks: Sinusoid(), TrainingConfiguration()) }
    #expect(other?.isUnsuited == true && other?.description.contains("labelled samples") == true)
  }
}
