import Algorithms
import Evaluation
import Models
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

@Suite struct SamplingEstimatesTests {
  private func glyphs(
    _ algorithm: String = "maml", _ settings: [(String, String)] = [("test.disjoint", "true")]
  ) throws -> Experiment {
    var request = ExperimentRequest(algorithm: algorithm, task: "glyphs")
    request.settings =
      ([
        ("task.ways", "3"), ("task.queries", "15"), ("task.testClasses", "23"),
        ("model.hidden", "4"), ("model.blocks", "2"),
        ("test.episodes", "9"), ("test.steps", "2"), ("test.shardSize", "2"),
        ("test.modes", "transductive"),
      ] + settings).map { (key: $0.0, value: $0.1) }
    return try Experiment(request)
  }

  private func row(_ experiment: Experiment) throws -> Comparison.Row {
    let state = try experiment.trainer().state
    return .init(experiment: experiment, result: try experiment.metaTest(state), state: state)
  }

  @Test func `the scores are those of the disjoint episodes, one by one`() throws {
    let experiment = try glyphs()
    let state = try experiment.trainer().state
    let result = try experiment.metaTest(state)
    let sampling = try #require(result.sampling)
    // Seven episodes take 21 of 23 classes once.
    let scores = try #require(sampling.modes[0].disjoint)
    #expect(
      scores.count == 7 && sampling.step == 1 && sampling.measure == .accuracy
        && sampling.modes.map(\.name) == ["transductive"])
    let tasks = try #require(experiment.tasks as? any DisjointEpisodes)
    for index in 0..<7 {
      let episode = try #require(
        try tasks.disjointEpisode(index, in: .metaTest, seed: result.episodes.seed))
      let alone = experiment.algorithm.score(
        state, experiment.learner, Episodes([episode]), steps: 1, mode: .transductive,
        AdaptationContext(stream: RandomStream(seed: 0), firstTask: index))
      #expect(alone.scores?[1] == [scores[index]])
    }
    // They are beside the ordinary scores, not among them.
    #expect(result.modes[0].losses.map(\.count) == [9, 9, 9])
  }

  @Test func `the test's number of episodes is a limit`() throws {
    let sampling = try #require(
      try row(glyphs("maml", [("test.disjoint", "true"), ("test.episodes", "4")])).result.sampling)
    #expect(
      sampling.modes[0].disjoint?.count == 4 && sampling.assignedEpisodes == 4
        && sampling.assignments == 5)
  }

  @Test func `any number of threads gives the same bits, and the ordinary scores do not change`()
    throws
  {
    let experiment = try glyphs()
    let state = try experiment.trainer().state
    let (one, two) = (
      try experiment.metaTest(state, threads: 1), try experiment.metaTest(state, threads: 2)
    )
    #expect(one == two)
    let plain = try glyphs("maml", [])
    let ordinary = try plain.metaTest(state)
    #expect(
      ordinary.sampling == nil && ordinary.modes == one.modes && ordinary.episodes == one.episodes)
  }

  @Test func `the assignment of labels matters to MAML, and not to chance`() throws {
    let maml = try #require(try row(glyphs()).result.sampling?.modes[0])
    #expect((maml.assignmentVariance ?? 0) > 0)
    let chance = try #require(try row(glyphs("chance")).result.sampling?.modes[0])
    // Guessing the first label is right for a third of the samples, whatever the labels.
    #expect((chance.assignmentVariance ?? 1) < 1e-20 && (chance.episodeVariance ?? 1) < 1e-20)
    #expect(chance.disjoint?.allSatisfy { $0 == 1.0 / 3 } == true)
  }

  @Test func `records have the setting only if it is on`() throws {
    let (off, on) = (try glyphs("maml", []), try glyphs())
    #expect(
      !off.settings.contains { $0.key == "test.disjoint" }
        && on.settings.contains { $0.key == "test.disjoint" })
    #expect(
      try glyphs("maml", [("test.disjoint", "false")]).settings.map(\.key)
        == off.settings.map(\.key))
    let text = try row(off).json.text
    #expect(!text.contains("disjoint") && !text.contains("sampling"))
    #expect(try !Comparison([row(off)]).markdown.contains("Disjoint episodes"))
  }

  @Test func `the record restores it, and the reports show it`() throws {
    try withTemporaryFolder { folder in
      let row = try row(glyphs())
      try RunFolder("\(folder)/a").write(row)
      let restored = try #require(try Comparison.Outcome(recordedIn: "\(folder)/a").row)
      #expect(
        restored.result == row.result && restored.json.text == row.json.text
          && restored.scores == row.scores)
      let sampling = try #require(row.result.sampling)
      let estimate = try #require(Estimate(sampling.modes[0].disjoint ?? []))
      let cell =
        "\(fixed(100 * (estimate.mean ?? .nan), 2)) ± \(fixed(100 * (estimate.halfWidth ?? .nan), 2))"
      let comparison = Comparison([restored])
      for text in [comparison.markdown, comparison.html(gnuplot: nil), comparison.table, row.table] {
        #expect(text.contains(cell), "\(cell)")
        #expect(
          text.contains(fixed(100 * (sampling.modes[0].assignmentVariance ?? .nan).squareRoot(), 2))
        )
      }
      #expect(row.scores.split(separator: "\n").count == 1 + 9 * 3)
    }
  }

  @Test func `a regression has nothing to test`() {
    #expect(throws: ExperimentError.noDisjointEpisodes(task: "sinusoid")) {
      try Experiment(Small.request("maml", [("test.disjoint", "true")]))
    }
  }

  @Test func `pictures have disjoint episodes, and a regression nothing`() throws {
    #expect(try Experiment.offersSamplingEstimates(TaskRegistry.type(of: "glyphs").init()))
    #expect(!Experiment.offersSamplingEstimates(FakeTasks()))
  }
}
