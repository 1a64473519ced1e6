import Algorithms
import Evaluation
import Models
import Tasks
import TensorCore
import Testing
import _TestSupport

/// The episode that a report shows.
@Suite struct TestExampleTests {
  private func glyphs(queries: Int) throws -> Experiment {
    var tasks = Glyphs()
    (tasks.ways, tasks.queries) = (3, queries)
    try tasks.prepare(source: nil)
    var model = MLP(widths: [784, 8, 3])
    try model.configure(inputShape: tasks.signature.inputShape, outputs: 3)
    var test = TestConfiguration()
    (test.episodes, test.steps) = (2, 3)
    return try Experiment(
      algorithm: MAML(), learner: Learner(model: model, taskLoss: .crossEntropy), tasks: tasks, training: TrainingConfiguration(),
      test: test)
  }

  @Test func `curves have the predictions of the test, over more points`() throws {
    var tasks = Sinusoid()
    tasks.queries = 5
    let experiment = try Small.experiment(tasks: tasks, steps: 6)
    let state = try experiment.trainer().state
    guard case .curves(let truth, let given, let fitted) = try experiment.example(state) else {
      Issue.record("a sinusoid is a curve")
      return
    }
    let episode = tasks.episode(0, in: .metaTest, seed: experiment.episodeList.seed)
    #expect(given.map(\.x) == episode.support.inputs.doubles.sorted())
    #expect(truth.count == 200 && truth.map(\.x) == truth.map(\.x).sorted())
    #expect(fitted.map(\.steps) == [0, 1, 5])
    // The true function at the given points: amplitude and phase are those of the episode.
    let own = try #require(given.first)
    let near = truth.min { abs($0.x - own.x) < abs($1.x - own.x) }
    #expect(abs((near?.y ?? .nan) - own.y) < 5 * abs((near?.x ?? .nan) - own.x) + 1e-6)
    let start = state.initial.map { $0.expanded(over: 1).contiguous }
    let inputs = try Tensor(truth.map(\.x), shape: [1, 200, 1], dtype: .float32)
    let before = experiment.learner.predict(start, support: inputs, query: inputs, mode: .transductive).doubles
    for (point, value) in zip(fitted[0].points, before) { #expect(abs(point.y - value) < 1e-5) }
  }

  @Test func `pictures have the answers of the test`() throws {
    let experiment = try glyphs(queries: 4)
    let state = try experiment.trainer().state
    guard case .pictures(let support, let query, let steps) = try experiment.example(state) else {
      Issue.record("glyphs are pictures")
      return
    }
    #expect(support.count == 3 && query.count == 12 && steps == experiment.algorithm.adaptationSteps)
    #expect(support.map(\.label).sorted() == ["0", "1", "2"])
    let result = try experiment.metaTest(state)
    let right = Double(query.count { $0.label == $0.predicted }) / 12
    #expect(abs(right - (result.modes[0].scores?[steps][0] ?? .nan)) < 1e-12)
    #expect(support[0].picture.pixels.contains(0) && support[0].picture.pixels.contains(255))
  }

  @Test func `an example comes back from its file`() throws {
    var tasks = Sinusoid()
    tasks.queries = 5
    for experiment in [try Small.experiment(tasks: tasks), try glyphs(queries: 12)] {
      let example = try #require(try experiment.example(try experiment.trainer().state))
      try withTemporaryFolder { path in
        try RunFolder(path).write(example)
        #expect(TestExample(recordedIn: path) == example)
        #expect(TestExample(recordedIn: path + "/none") == nil)
      }
    }
  }

  @Test func `other tasks have no example`() throws {
    var model = MLP(widths: [2, 3, 2])
    try model.configure(inputShape: [2], outputs: 2)
    let experiment = try Experiment(
      algorithm: MAML(), learner: Learner(model: model, taskLoss: .crossEntropy), tasks: LinearClassification(),
      training: TrainingConfiguration(), test: TestConfiguration())
    #expect(try experiment.example(try experiment.trainer().state) == nil)
  }
}
