import Algorithms
import Evaluation
import Models
import Registry
import Synchronization
import TensorCore
import Tasks
import Testing
import _TestSupport

@Suite struct MetaTestTests {
  @Test func `curves run from before adaptation to the last step, over all episodes`() throws {
    let experiment = try Small.experiment(episodes: 7, steps: 3)
    let result = try experiment.metaTest(experiment.trainer().state)
    #expect(result.modes.map(\.name) == ["none"])
    #expect(result.modes[0].losses.map(\.count) == [7, 7, 7, 7])
    #expect(result.modes[0].measure == nil && result.modes[0].scores == nil)
    #expect(result.modes[0].lossCurve.map(\.step) == [0, 1, 2, 3])
    #expect(result.headline == result.modes[0].lossCurve[3])
    #expect(result.headlineScores == result.modes[0].losses[3])
    #expect(result.measure == .loss)
  }

  @Test func `an episode's loss is what the same function says of it alone`() throws {
    let experiment = try Small.experiment(episodes: 5, steps: 1)
    let state = try experiment.trainer().state
    let result = try experiment.metaTest(state)
    for index in 0..<5 {
      let episode = try experiment.tasks.episode(index, in: .metaTest, seed: result.episodes.seed)
      let alone = experiment.algorithm.score(
        state, experiment.learner, Episodes([episode]), steps: 1, mode: .transductive,
        AdaptationContext(stream: RandomStream(seed: 0), firstTask: index))
      expectClose([alone.losses[0][0], alone.losses[1][0]], result.modes[0].losses.map { $0[index] }, tolerance: 1e-5)
    }
  }

  @Test(arguments: ["maml", "reptile"]) func `one and two threads give the same bits`(algorithm: String) throws {
    let experiment = try Experiment(Small.request(algorithm, [("test.episodes", "23"), ("test.shardSize", "3")]))
    let state = try experiment.trainer().state
    #expect(try experiment.metaTest(state, threads: 1) == experiment.metaTest(state, threads: 2))
  }

  @Test func `all algorithms are tested on the same episodes, another seed on others`() throws {
    let lists = try ["maml", "reptile", "chance"].map { try Experiment(Small.request($0)).episodeList }
    #expect(Set(lists).count == 1)
    var request = Small.request()
    request.seed = 1
    #expect(try Experiment(request).episodeList != lists[0])
    #expect(lists[0].split == .metaTest)
    #expect(lists[0].splitFingerprint == Sinusoid().splitFingerprint)
  }

  @Test func `progress is told in order and can end the test`() throws {
    struct Enough: Error {}
    let experiment = try Small.experiment(episodes: 21)
    let state = try experiment.trainer().state
    var told: [Int] = []
    _ = try experiment.metaTest(state) { done, total in
      told.append(done)
      #expect(total == 21)
    }
    #expect(told == [8, 16, 21])
    #expect(throws: Enough.self) { try experiment.metaTest(state) { _, _ in throw Enough() } }
  }

  @Test func `data that are not numbers are refused with the episode`() throws {
    var tasks = FakeTasks()
    tasks.spoilt = 4
    let experiment = try Small.experiment(tasks: tasks)
    let state = try experiment.trainer().state
    #expect(throws: TaskError.notFinite(task: "fake", index: 4)) { try experiment.metaTest(state) }
  }

  @Test func `a diverged adaptation is counted at every step, and the curve goes on`() throws {
    let experiment = try Small.experiment(MAML(inner: InnerLoop(steps: 1, learningRate: 1000)), episodes: 4, steps: 6)
    let result = try experiment.metaTest(experiment.trainer().state)
    let curve = result.modes[0].lossCurve
    #expect(curve[0].diverged == 0)
    #expect(curve[6].diverged > 0)
    #expect(curve[6].estimate?.mean == nil)
    #expect(curve[6].estimate?.count == 4)
    #expect(Comparison.Row(experiment: experiment, result: result).json.line.contains("\"mean\":null"))
  }

  @Test func `a diverged classification is counted at the step, the accuracy not a number where the loss is none`() throws {
    var request = ExperimentRequest(algorithm: "maml", task: "linear-classification")
    request.model = "mlp"
    request.settings = [("inner.learningRate", "1000"), ("model.hidden", "8,8"), ("test.episodes", "20"), ("test.steps", "10")]
      .map { (key: $0.0, value: $0.1) }
    let experiment = try Experiment(request)
    let mode = try experiment.metaTest(experiment.trainer().state).modes[0]
    let accuracies = try #require(mode.scores)
    for (losses, accuracies) in zip(mode.losses, accuracies) {
      #expect(losses.map(\.isFinite) == accuracies.map(\.isFinite))
    }
    let curve = try #require(mode.scoreCurve)
    #expect(curve[0].diverged == 0 && curve[0].estimate?.mean != nil)
    #expect(curve[10].diverged > 0 && curve[10].estimate?.mean == nil)
  }

  private func glyphs(_ settings: [(String, String)] = []) -> ExperimentRequest {
    var request = ExperimentRequest(algorithm: "maml", task: "glyphs")
    request.settings =
      [
        ("task.ways", "2"), ("task.queries", "3"), ("model.hidden", "4"), ("model.blocks", "2"), ("test.episodes", "4"),
        ("test.steps", "1"), ("test.shardSize", "2"),
      ].map { (key: $0.0, value: $0.1) } + settings.map { (key: $0.0, value: $0.1) }
    return request
  }

  @Test func `a model with batch norm is tested in two modes, which differ`() throws {
    let experiment = try Experiment(glyphs())
    let result = try experiment.metaTest(experiment.trainer().state)
    #expect(result.modes.map(\.name) == ["transductive", "support-plus-one"])
    #expect(result.modes[0].losses != result.modes[1].losses)
    #expect(result.measure == .accuracy)
    let accuracies = try #require(result.modes[1].scores)
    #expect(accuracies.map(\.count) == [4, 4])
    // There are six query samples, so every accuracy is a multiple of 1/6.
    #expect(accuracies.allSatisfy { $0.allSatisfy { (0...1).contains($0) && abs((6 * $0).rounded() - 6 * $0) < 1e-9 } })
  }

  @Test(arguments: ["transductive", "support", "support-plus-one"]) func `one mode alone when that is asked for`(mode: String) throws {
    let experiment = try Experiment(glyphs([("test.modes", mode)]))
    let result = try experiment.metaTest(experiment.trainer().state)
    #expect(result.modes.map(\.name) == [mode])
    // Adaptation does not depend on the mode: a mode alone has the same scores as together with the others.
    let all = try Experiment(glyphs([("training.normalisation", "support")]))
    #expect(try all.metaTest(all.trainer().state).modes.first { $0.name == mode } == result.modes[0])
  }

  @Test func `a model that was trained with the support's statistics has them as its headline`() throws {
    let experiment = try Experiment(glyphs([("training.normalisation", "support")]))
    let result = try experiment.metaTest(experiment.trainer().state)
    #expect(result.modes.map(\.name) == ["support", "transductive", "support-plus-one"])
    #expect(result.headlineScores == result.modes[0].scores?.last)
    let table = Comparison([.init(experiment: experiment, result: result)]).table
    #expect(table.contains("accuracy in % after 1 step, tested support, trained support"))
  }

  @Test func `a shard adapts once, whatever the number of modes`() throws {
    let base = try Experiment(glyphs())
    let count = Counting.adaptations.withLock { $0 }
    let experiment = try Experiment(
      algorithm: Counting(), learner: base.learner, tasks: base.tasks, training: base.training, test: base.test)
    #expect(try experiment.metaTest(experiment.trainer().state).modes.count == 2)
    // Four episodes in shards of two make two adaptations.
    #expect(Counting.adaptations.withLock { $0 } == count + 2)
  }
}

/// MAML that counts its adaptations.
private struct Counting: Algorithm {
  static let adaptations = Mutex(0)
  static let card = AlgorithmCard(id: "counting", title: "for tests", citation: "none", metaGradient: .exact)
  static let hyperparameters = HyperparameterTable<Counting>([])
  private let maml = MAML()

  var adaptationSteps: Int { maml.adaptationSteps }

  func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    maml.initialState(learner, from: stream, dtype: dtype)
  }

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    maml.metaGradient(state, learner, shard, context)
  }

  func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    Self.adaptations.withLock { $0 += 1 }
    return maml.adapt(state, learner, support: support, steps: steps, context)
  }
}
