import Algorithms
import Evaluation
import Testing
import _TestSupport

@Suite struct ComparisonLineTests {
  private func row(_ algorithm: any Algorithm, seed: UInt64, _ losses: [Double]) throws -> Comparison.Row {
    let experiment = try Small.experiment(algorithm, seed: seed, episodes: losses.count, steps: 1)
    let mode = ModeResult(name: "none", losses: [losses.map { _ in 4 }, losses])
    return .init(experiment: experiment, result: TestResult(modes: [mode], episodes: experiment.episodeList))
  }

  /// The means of the seeds are 1, 2 and 3, so that s = 1, and t(2) = 4.302653 (scipy.stats.t.ppf(0.975, 2)).
  @Test func `runs that differ in the seed alone are a line, and its interval is over seeds`() throws {
    let rows = [
      try row(MAML(), seed: 2, [2, 4]), try row(MAML(), seed: 0, [0, 2]), try row(Chance(), seed: 0, [5, 5]),
      try row(MAML(), seed: 1, [1, 3]),
    ]
    let group = Comparison(rows).groups[0]
    #expect(group.lines.map(\.label) == ["maml", "chance"] && group.lines[0].seeds == [0, 1, 2])
    let point = group.lines[0].headline
    #expect(point.estimate?.mean == 2 && point.median == 2 && point.diverged == 0)
    expectClose(point.estimate?.halfWidth ?? .nan, 4.302652729911275 / 3.0.squareRoot(), tolerance: 1e-9)
    #expect(
      Comparison(rows).table.contains("2 held-out episodes of meta-test for each seed") && Comparison(rows).table.contains("seeds 0, 1, 2"))
  }

  @Test func `one seed's interval is over its episodes`() throws {
    let point = Comparison([try row(MAML(), seed: 3, [1, 3])]).groups[0].lines[0].headline
    expectClose(point.estimate?.halfWidth ?? .nan, 1.96, tolerance: 1e-12)
  }

  /// The paired differences of the seeds are 1 and 3: mean 2, s = √2, t(1) = 12.706205.
  @Test func `differences are paired within seeds`() throws {
    let group = Comparison([
      try row(MAML(), seed: 0, [0, 2]), try row(MAML(), seed: 1, [10, 20]), try row(Chance(), seed: 0, [1, 3]),
      try row(Chance(), seed: 1, [13, 23]),
    ]).groups[0]
    let difference = try #require(group.difference(1))
    #expect(difference.mean == 2)
    expectClose(difference.halfWidth ?? .nan, 12.706204736432095, tolerance: 1e-7)
    let pairs = group.lines[1].pairs(with: group.lines[0])
    #expect(pairs.map(\.own) == [[1, 3], [13, 23]] && pairs.map(\.other) == [[0, 2], [10, 20]])
  }

  @Test func `a diverged episode of one seed leaves the line without a mean`() throws {
    let point = Comparison([try row(MAML(), seed: 0, [0, .nan]), try row(MAML(), seed: 1, [1, 3])]).groups[0].lines[0].headline
    #expect(point.estimate?.mean == nil && point.diverged == 1 && point.median == 2)
  }

  @Test func `lines of one algorithm are told apart by their settings`() throws {
    let slow = MAML(inner: InnerLoop(steps: 1, learningRate: 0.01))
    let fast = MAML(inner: InnerLoop(steps: 1, learningRate: 0.5))
    let comparison = Comparison([try row(slow, seed: 0, [1, 2]), try row(fast, seed: 0, [2, 3]), try row(Chance(), seed: 0, [4, 4])])
    #expect(comparison.groups[0].lines.map(\.label) == ["maml inner.learningRate=0.01", "maml inner.learningRate=0.5", "chance"])
    #expect(comparison.scores.contains("\nmaml inner.learningRate=0.5,fake,0,1,1,none,3.0,\n"))
  }

  @Test func `every episode's score is in the file, as it reads back`() throws {
    let scores = try row(MAML(), seed: 7, [0.1, .nan]).scores
    #expect(
      scores == """
        algorithm,task,seed,episode,step,mode,loss,accuracy
        maml,fake,7,0,0,none,4.0,
        maml,fake,7,0,1,none,0.1,
        maml,fake,7,1,0,none,4.0,
        maml,fake,7,1,1,none,nan,

        """)
  }

  @Test func `runs of other splits, episodes or seeds are refused`() throws {
    func error(_ rows: [Comparison.Row]) throws -> ComparisonError? {
      do { try Comparison(rows).check() } catch { return error }
      return nil
    }
    func changed(_ row: Comparison.Row, _ algorithm: any Algorithm, fingerprint: String? = nil, count: Int? = nil) throws -> Comparison.Row
    {
      let list = row.result.episodes
      let other = EpisodeList(
        task: list.task, split: list.split, seed: list.seed, count: count ?? list.count, settings: list.settings,
        splitFingerprint: fingerprint ?? list.splitFingerprint, dataDigest: list.dataDigest)
      return .init(experiment: try Small.experiment(algorithm), result: TestResult(modes: row.result.modes, episodes: other))
    }
    let maml = try row(MAML(), seed: 0, [1, 2])
    let print = maml.result.episodes.splitFingerprint
    #expect(try error([maml, row(Chance(), seed: 0, [1, 2])]) == nil)
    #expect(
      try error([maml, changed(row(Chance(), seed: 0, [3, 4]), Chance(), fingerprint: "ff")])
        == .otherSplit(
          task: "fake", one: "maml (seed 0)", other: "chance (seed 0)", found: "split meta-test, fingerprint ff",
          expected: "split meta-test, fingerprint \(print)"))
    #expect(
      try error([maml, changed(row(Chance(), seed: 0, [3, 4]), Chance(), count: 5)])
        == .otherEpisodes(task: "fake", one: "maml (seed 0)", other: "chance (seed 0)", found: "0 to 4", expected: "0 to 1"))
    #expect(try error([maml, maml]) == .twice(run: "maml (seed 0)"))
    #expect(
      try error([maml, row(Chance(), seed: 1, [3, 4])])
        == .noCommonSeed(task: "fake", one: "maml (seed 0)", other: "chance (seed 1)", found: [1], expected: [0]))
    #expect(try error([row(MAML(), seed: 0, [1])]) == .tooFewEpisodes(run: "maml (seed 0)", count: 1))
  }
}
