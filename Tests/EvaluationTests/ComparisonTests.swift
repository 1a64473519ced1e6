import Algorithms
import Evaluation
import Tasks
import Testing
import _TestSupport

@Suite struct ComparisonTests {
  private func row(_ algorithm: any Algorithm, _ losses: [Double], seed: UInt64 = 1) throws -> Comparison.Row {
    Comparison.Row(experiment: try Small.experiment(algorithm), result: Small.result(losses, seed: seed))
  }

  private func order(_ rows: [Comparison.Row]) -> [String] { Comparison(rows).groups[0].rows.map(\.run.algorithm) }

  @Test func `the least loss comes first, a diverged one last`() throws {
    let rows = [
      try row(MAML(), [0.1, 0.1, .nan]), try row(Chance(), [4, 5, 6]), try row(Joint(), [1, 2, 3]), try row(Scratch(), [.nan, .nan, 0]),
    ]
    #expect(order(rows) == ["joint", "chance", "maml", "scratch"])
    #expect(order(rows.reversed()) == ["joint", "chance", "maml", "scratch"])
  }

  @Test func `the highest accuracy comes first`() throws {
    func accurate(_ algorithm: any Algorithm, _ accuracies: [Double]) throws -> Comparison.Row {
      let plain = try row(algorithm, accuracies)
      let experiment = try Small.experiment(algorithm)
      let mode = ModeResult(
        name: "transductive", losses: [accuracies, accuracies], measure: .accuracy, scores: [accuracies.map { _ in 0.2 }, accuracies])
      return .init(experiment: experiment, result: TestResult(modes: [mode], episodes: plain.result.episodes))
    }
    let rows = [try accurate(Chance(), [0.2, 0.2]), try accurate(MAML(), [0.9, 0.8])]
    #expect(order(rows) == ["maml", "chance"])
    let table = Comparison(rows).table
    #expect(table.contains("85.00 ± 9.80"))
    #expect(table.contains("-65.00 ± 9.80"))
  }

  @Test func `equal results keep alphabetical order`() throws {
    #expect(order([try row(MAML(), [1, 2]), try row(Chance(), [1, 2])]) == ["chance", "maml"])
  }

  @Test func `tasks keep the order in which they were run`() throws {
    let sine = try Experiment(Small.request())
    let rows = [
      Comparison.Row(experiment: sine, result: try sine.metaTest(sine.trainer().state)), try row(Chance(), [1, 2]),
    ]
    #expect(Comparison(rows).groups.map(\.task) == ["sinusoid", "fake"])
  }

  @Test func `the difference to the best is paired by episode`() throws {
    let group = Comparison([try row(MAML(), [1, 2, 3]), try row(Chance(), [2, 3.5, 3.5])]).groups[0]
    #expect(group.difference(0) == nil)
    // The differences are 1, 1.5 and 0.5: mean 1, s = 0.5.
    let difference = try #require(group.difference(1))
    #expect(difference.mean == 1)
    expectClose(difference.halfWidth ?? .nan, 1.96 * 0.5 / 3.0.squareRoot(), tolerance: 1e-12)
  }

  @Test func `results on other episodes are not paired`() throws {
    let group = Comparison([try row(MAML(), [1, 2, 3]), try row(Chance(), [2, 3, 4], seed: 2)]).groups[0]
    #expect(group.difference(1) == nil)
  }

  @Test func `diverged episodes become null with a count, in every file`() throws {
    let comparison = Comparison([try row(MAML(), [1, .nan, .infinity, 2])])
    #expect(comparison.json.contains("\"mean\": null"))
    #expect(comparison.json.contains("\"diverged\": 2"))
    #expect(comparison.json.contains("\"finiteMean\": 1.5"))
    #expect(comparison.json.contains("\"finalLosses\": [1.0,null,null,2.0]"))
    #expect(comparison.csv.contains("none,loss,1,,,,1.5,4,2,0,3,2,meta-test,0123456789abcdef,\(FrameworkVersion.current),\n"))
    #expect(comparison.table.contains("- (2 diverged)"))
    #expect(comparison.markdown.contains("- (2 diverged)"))
    for text in [comparison.json, comparison.csv] { #expect(!text.contains("nan") && !text.contains("inf,")) }
  }

  @Test func `a diverged accuracy becomes null with a count, and its row is the last`() throws {
    let seed = try row(MAML(), [1, 1, 1])
    func accurate(_ algorithm: any Algorithm, _ accuracies: [Double]) throws -> Comparison.Row {
      let losses = accuracies.map { $0.isNaN ? Double.nan : 1 }
      let mode = ModeResult(
        name: "transductive", losses: [accuracies.map { _ in 1 }, losses], measure: .accuracy,
        scores: [accuracies.map { _ in 0.5 }, accuracies])
      return .init(
        experiment: try Small.experiment(algorithm), result: TestResult(modes: [mode], episodes: seed.result.episodes))
    }
    let comparison = Comparison([try accurate(MAML(), [1, .nan, 0.9]), try accurate(Chance(), [0.2, 0.1, 0.3])])
    #expect(comparison.groups[0].rows.map(\.run.algorithm) == ["chance", "maml"])
    #expect(comparison.json.contains("\"finalAccuracies\": [1.0,null,0.9]"))
    #expect(comparison.json.contains("\"diverged\": 1"))
    // The row has no mean, interval or difference. It has a median accuracy, in which the diverged episode ranks as the worst.
    #expect(comparison.csv.contains("fake,2,maml,mlp,transductive,accuracy,1,,,0.9,0.95,3,1,"))
    #expect(comparison.table.contains("median 90.00, 1 diverged"))
    let difference = try #require(comparison.groups[0].difference(1))
    #expect(difference.mean == nil && difference.diverged == 1)
    for text in [comparison.json, comparison.csv, comparison.table, comparison.markdown] {
      #expect(!text.split(whereSeparator: { ", |".contains($0) }).contains("nan"))
    }
  }

  private func curve(_ algorithm: any Algorithm, _ means: [Double]) throws -> Comparison.Row {
    let plain = try row(algorithm, [1, 1])
    let mode = ModeResult(name: "none", losses: means.map { [$0, $0] })
    return .init(
      experiment: try Small.experiment(algorithm), result: TestResult(modes: [mode], episodes: plain.result.episodes))
  }

  @Test func `algorithms are ranked after the steps that they adapt by, and the curve's end stands beside`() throws {
    let rows = [
      try curve(MAML(inner: InnerLoop(steps: 1, learningRate: 0.1)), [4, 0.5, .nan]), try curve(Chance(), [4, 3, 2]),
      try curve(FirstOrderMAML(inner: InnerLoop(steps: 3, learningRate: 0.1)), [4, 3, 1]),
    ]
    // A test of two steps ends before the three steps of FOMAML, and Chance does not adapt in meta-training.
    let trained = Comparison(rows).groups[0]
    #expect(trained.lines.map(\.label) == ["maml", "fomaml", "chance"] && trained.lines.map(\.step) == [1, 2, 2])
    let comparison = Comparison(rows)
    #expect(comparison.table.hasPrefix("fake · mse after each algorithm's own number of steps · "))
    #expect(comparison.table.contains("sorted by mse, those with diverged episodes last"))
    #expect(comparison.table.contains("steps  before  after 1  after 2  median"))
    let line = try #require(comparison.table.split(separator: "\n").first { $0.contains("maml") })
    #expect(line.split(separator: " ").prefix(9) == ["1", "maml", "0.5000", "±", "0.0000", "1", "4.0000", "0.5000", "-"])
    #expect(trained.difference(2)?.mean == 1.5)
    #expect(!Comparison([rows[0]]).table.contains("sorted by"))
  }

  @Test func `algorithms are ranked after the last step or a given one if asked`() throws {
    let rows = [try curve(MAML(inner: InnerLoop(steps: 1, learningRate: 0.1)), [4, 0.5, .nan]), try curve(Chance(), [3, 3, 2])]
    #expect(Comparison(rows, rankAt: .last).groups[0].lines.map(\.label) == ["chance", "maml"])
    #expect(Comparison(rows, rankAt: .last).table.contains("mse after 2 steps"))
    #expect(Comparison(rows, rankAt: .step(0)).groups[0].lines.map(\.headline.estimate?.mean) == [3, 4])
    #expect(Comparison(rows, rankAt: .step(0)).json.contains("\"rankAt\": \"0\""))
    #expect(RankStep("trained") == .trained && RankStep("last") == .last && RankStep("7") == .step(7))
    #expect(RankStep("-1") == nil && RankStep("first") == nil)
  }

  @Test func `one step is one step`() throws {
    #expect(Comparison([try row(MAML(), [1, 2])]).table.contains("mse after 1 step ·"))
  }

  @Test func `results of other modes are not paired`() throws {
    func tested(_ algorithm: any Algorithm, _ mode: String) throws -> Comparison.Row {
      let result = ModeResult(name: mode, losses: [[1, 2]])
      return .init(
        experiment: try Small.experiment(algorithm), result: TestResult(modes: [result], episodes: Small.result([1, 2]).episodes))
    }
    #expect(Comparison([try tested(MAML(), "support"), try tested(Chance(), "support")]).groups[0].difference(1) != nil)
    #expect(Comparison([try tested(MAML(), "support"), try tested(Chance(), "transductive")]).groups[0].difference(1) == nil)
  }

  @Test func `the CSV file has a line for every curve point`() throws {
    let lines = Comparison([try row(MAML(), [1, 3]), try row(Chance(), [2, 2])]).csv.split(separator: "\n")
    #expect(lines.count == 1 + 2 * 2)
    #expect(
      lines[0]
        == "task,rank,algorithm,model,normalisation,metric,step,mean,half_width,median,finite_mean,episodes,diverged,seed,iterations,shard_size,split,split_fingerprint,version,failure"
    )
    #expect(lines.allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == 20 })
    #expect(lines[2].hasPrefix("fake,1,chance,mlp,none,loss,1,2.0,0.0,2.0,2.0,2,0,"))
    #expect(lines[4].hasPrefix("fake,2,maml,mlp,none,loss,1,2.0,1.96"))
  }

  @Test func `reports carry seed, configuration, fingerprint and version`() throws {
    let experiment = try Experiment(Small.request())
    let comparison = Comparison([.init(experiment: experiment, result: try experiment.metaTest(experiment.trainer().state), seconds: 3)])
    let fingerprint = experiment.tasks.splitFingerprint
    for text in [comparison.json, comparison.markdown, comparison.csv] {
      #expect(text.contains(fingerprint))
      #expect(text.contains(FrameworkVersion.current))
    }
    #expect(comparison.json.contains("\"training.shardSize\": 2"))
    #expect(comparison.markdown.contains("`training.shardSize=2`"))
    #expect(comparison.markdown.contains("`seed=0`"))
    #expect(comparison.table.contains("seconds") && !comparison.markdown.contains("seconds"))
  }

  @Test func `equal runs give equal files`() throws {
    func files() throws -> [String] {
      let rows = try ["maml", "chance"].map { id in
        let experiment = try Experiment(Small.request(id))
        return Comparison.Row(experiment: experiment, result: try experiment.metaTest(experiment.trainer().state))
      }
      let comparison = Comparison(rows)
      return [comparison.json, comparison.csv, comparison.markdown]
    }
    #expect(try files() == files())
  }

  @Test func `a failed run is a row with its reason, in every form`() throws {
    let failure = Comparison.Failure(experiment: try Small.experiment(FirstOrderMAML()), reason: "it diverged, alas.")
    let comparison = Comparison(outcomes: [.failed(failure), .tested(try row(Chance(), [1, 2]))])
    #expect(comparison.rows.map(\.run.algorithm) == ["chance"])
    #expect(comparison.groups.map(\.failures.count) == [1])
    #expect(comparison.table.contains("\n   fomaml          - (failed)  "))
    #expect(comparison.table.contains("\n\nfailed  fomaml: it diverged, alas.\n"))
    #expect(comparison.markdown.contains("|  | fomaml | - (failed) |"))
    #expect(comparison.markdown.contains("### Failed\n\n- fomaml: it diverged, alas.\n"))
    #expect(comparison.markdown.contains("\n- fomaml: `algorithm=fomaml`"))
    #expect(comparison.json.contains("\"failure\": \"it diverged, alas.\""))
    #expect(comparison.json.contains("\"failure\": null"))
    #expect(comparison.csv.contains("\nfake,,fomaml,mlp,,,,,,,,7,,0,3,2,meta-test,"))
    #expect(comparison.csv.hasSuffix(",\"it diverged, alas.\"\n"))
  }

  @Test func `a task on which every run failed is in every form too`() throws {
    let failure = Comparison.Failure(experiment: try Small.experiment(MAML()), reason: "it diverged.")
    let comparison = Comparison(outcomes: [.failed(failure)])
    #expect(comparison.table.hasPrefix("fake · mse after each algorithm's own number of steps · 7 held-out episodes of meta-test · split "))
    #expect(comparison.table.contains("- (failed)"))
    #expect(comparison.markdown.contains("- maml: it diverged."))
    #expect(!comparison.markdown.contains("Adaptation curves"))
    #expect(comparison.csv.split(separator: "\n").count == 2)
  }

  @Test func `published numbers stand beside the runs that they belong to`() throws {
    func published(_ algorithm: String, _ task: String, _ settings: [(String, String)] = []) throws -> [String] {
      var request = ExperimentRequest(algorithm: algorithm, task: task)
      request.settings = settings.map { (key: $0.0, value: $0.1) }
      return PublishedResult.matching(try Experiment(request)).map(\.result)
    }
    #expect(try published("maml", "sinusoid") == ["0.67 / 0.38 / 0.35"])
    #expect(try published("joint", "sinusoid") == ["2.41 / 2.23 / 2.19"])
    #expect(try published("maml", "sinusoid-frequency") == [])
    #expect(try published("chance", "sinusoid") == [])
    let experiment = try Experiment(Small.request())
    let row = Comparison.Row(experiment: experiment, result: try experiment.metaTest(experiment.trainer().state))
    #expect(row.table.contains("0.67 / 0.38 / 0.35"))
    #expect(Comparison([row]).markdown.contains("0.67 / 0.38 / 0.35"))
  }
}
