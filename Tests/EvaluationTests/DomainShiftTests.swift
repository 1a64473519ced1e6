import Algorithms
import Evaluation
import Tasks
import TensorCore
import Testing
import _TestSupport

@Suite struct DomainShiftTests {
  private func experiment(test: String) throws -> Experiment {
    var request = ExperimentRequest(algorithm: "chance", task: "glyphs")
    request.settings = [("task.domains.test", test), ("task.queries", "2"), ("test.episodes", "3"), ("model.hidden", "4")]
    return try Experiment(request)
  }

  private func row(_ test: String, _ accuracies: [Double], seed: UInt64? = nil) throws -> Comparison.Row {
    let experiment = try experiment(test: test)
    let list = experiment.episodeList
    let episodes = EpisodeList(
      task: list.task, split: list.split, seed: seed ?? list.seed, count: list.count, settings: list.settings,
      splitFingerprint: list.splitFingerprint, dataDigest: list.dataDigest)
    let mode = ModeResult(
      name: "transductive", losses: [accuracies.map { 1 - $0 }], measure: .accuracy, scores: [accuracies])
    return .init(experiment: experiment, result: TestResult(modes: [mode], episodes: episodes))
  }

  /// The differences are 0.1, 0.3 and 0.2: mean 0.2, s = 0.1.
  @Test func `the drop is paired by episode`() throws {
    let shift = DomainShift(inDomain: try row("clean", [0.9, 0.8, 0.7]), outOfDomain: try row("rotated,thin", [0.8, 0.5, 0.5]))
    let drop = try #require(shift.drop)
    expectClose(drop.mean ?? .nan, 0.2, tolerance: 1e-12)
    expectClose(drop.halfWidth ?? .nan, 1.96 * 0.1 / 3.0.squareRoot(), tolerance: 1e-12)
    // The interval of unpaired means would be 1.96 · √(0.1²/3 + 0.1732²/3) = 0.2263, twice as wide.
    #expect(DomainShift(inDomain: try row("clean", [1, 1, 1]), outOfDomain: try row("thin", [1, 1, 1], seed: 9)).drop == nil)
  }

  @Test func `a higher loss is a positive drop`() throws {
    func loss(_ test: String, _ values: [Double]) throws -> Comparison.Row {
      let plain = try row(test, values)
      return .init(
        experiment: try experiment(test: test),
        result: TestResult(modes: [ModeResult(name: "none", losses: [values])], episodes: plain.result.episodes))
    }
    let drop = DomainShift(inDomain: try loss("clean", [1, 1, 1]), outOfDomain: try loss("thin", [2, 3, 4])).drop
    expectClose(try #require(drop).mean ?? .nan, 2, tolerance: 1e-12)
  }

  @Test func `every report shows both tests and the drop`() throws {
    let (inside, outside) = (try row("clean", [0.9, 0.8, 0.7]), try row("rotated,thin", [0.8, 0.5, 0.5]))
    let comparison = Comparison(outcomes: [.tested(inside)], outOfDomain: [outside])
    for text in [comparison.table, comparison.markdown] {
      #expect(text.contains("glyphs, domain shift · trained on clean · out of domain: rotated,thin · accuracy in % after 0 steps"))
      #expect(text.contains("80.00 ± 11.32") && text.contains("60.00 ± 19.60") && text.contains("+20.00 ± 11.32"))
    }
    #expect(comparison.json.contains("\"domainShift\": ["))
    let lines = comparison.csv.split(separator: "\n").map(String.init)
    #expect(lines[0].hasSuffix(",failure,domains"))
    #expect(lines.dropFirst().map { $0.split(separator: ",").last.map(String.init) } == ["in", "in", "out", "out", "drop"])
    let plain = Comparison([inside])
    #expect(!plain.json.contains("domainShift") && !plain.csv.contains("domains") && !plain.table.contains("domain shift"))
  }

  @Test func `an experiment is tested in other domains on the same data`() throws {
    let clean = try experiment(test: "clean")
    let other = try clean.tested(inDomains: "inverted")
    #expect(other.domains?.train == "clean" && other.domains?.test == "inverted" && clean.domains?.test == "clean")
    let (one, two) = (try clean.tasks.episode(0, in: .metaTest, seed: 4), try other.tasks.episode(0, in: .metaTest, seed: 4))
    #expect(two.query.inputs.floats == one.query.inputs.floats.map { 1 - $0 })
    #expect(throws: (any Error).self) { try Small.experiment().tested(inDomains: "inverted") }
    #expect(try Small.experiment().domains == nil)
  }
}
