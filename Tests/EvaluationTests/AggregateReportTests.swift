import Algorithms
import Evaluation
import Registry
import Tasks
import TensorCore
import Testing
import _TestSupport

@Suite struct AggregateReportTests {
  /// A run with equal losses in all episodes.
  private func row(_ algorithm: any Algorithm, _ seed: UInt64, _ loss: Double) throws -> Comparison.Row {
    let experiment = try Small.experiment(algorithm, seed: seed, episodes: 4)
    let losses = [[Double]](repeating: [loss, loss, loss + 1, loss - 1], count: 3)
    return .init(
      experiment: experiment, result: TestResult(modes: [ModeResult(name: "none", losses: losses)], episodes: experiment.episodeList))
  }

  @Test func `seeds of one task, in the unit of the score`() throws {
    let losses: [(any Algorithm, [Double])] = [(MAML(), [1, 2, 3, 40]), (Reptile(), [2.5, 2.5, 2.5, 2.5])]
    let rows = try losses.flatMap { algorithm, losses in try losses.enumerated().map { try row(algorithm, UInt64($0), $1) } }
    let aggregates = Comparison(rows).aggregates
    let own = try #require(aggregates.statistics.first)
    #expect(aggregates.statistics.count == 1 && aggregates.reason == nil && own.measure == .loss && own.seeds == 4)
    // The outlier is not in the middle half of 1, 2, 3 and 40; both means are 2.5, and the label decides.
    #expect(own.entries.map(\.label) == ["maml", "reptile"] && own.entries.map(\.mean) == [2.5, 2.5])
    #expect(own.entries[1].interval == ConfidenceInterval(lower: 2.5, upper: 2.5))
    // 1 and 2 are better than each 2.5, 3 and 40 worse.
    #expect(own.pairs.map(\.probability) == [0.5])
    let interval = try #require(own.entries[0].interval)
    #expect(interval.lower >= 1 && interval.lower < 2.5 && interval.upper > 3 && interval.upper <= 40)
  }

  @Test func `a smaller loss is an improvement`() throws {
    let rows = try [(MAML(), [3.0, 3]), (Reptile(), [1.0, 2])].flatMap { (pair: (any Algorithm, [Double])) in
      try pair.1.enumerated().map { try row(pair.0, UInt64($0), $1) }
    }
    let own = try #require(Comparison(rows).aggregates.statistics.first)
    #expect(own.entries.map(\.label) == ["reptile", "maml"] && own.entries.map(\.mean) == [1.5, 3])
    #expect(own.pairs.map(\.probability) == [1] && own.pairs[0].interval == ConfidenceInterval(lower: 1, upper: 1))
  }

  @Test func `tasks are joined on the scale from chance to the best`() throws {
    let comparison = try FakeComparison.ofTasks()
    let own = try #require(comparison.aggregates.statistics.first)
    #expect(comparison.aggregates.statistics.count == 1 && own.measure == nil && own.tasks.count == 5 && own.seeds == 3)
    let chance = try #require(own.entries.first { $0.label == "chance" })
    // The losses of chance are the smallest there, so the others are below 0.
    expectClose(try #require(chance.mean), 0, tolerance: 0.02)
    #expect(own.entries.first?.label == "chance" && own.entries.dropFirst().allSatisfy { ($0.mean ?? 0) < -0.5 })
    #expect(own.pairs.count == 10 && own.pairs.allSatisfy { $0.probability == 1 })
    // ScoreScale(chance: c, best: 0) of the mean loss; the losses of the second line are greater by one.
    let group = comparison.groups[0]
    let means = group.lines.map { line in line.headlineScores.map { $0.reduce(0, +) / Double($0.count) } }
    let reference = means[0].reduce(0, +) / 3
    let scaled = means[1].map { ($0 - reference) / -reference }.sorted()
    #expect(scaled[0] <= own.entries[1].mean ?? 0 && own.entries[1].mean ?? 0 <= scaled[2])
  }

  @Test func `without chance, losses of several tasks stay apart and the report says so`() throws {
    let all = try FakeComparison.ofTasks()
    let rest = Comparison(all.rows.filter { $0.run.algorithm != "chance" })
    #expect(rest.aggregates.statistics.count == 5 && rest.aggregates.statistics.allSatisfy { $0.measure == .loss })
    let reason = try #require(rest.aggregates.reason)
    #expect(reason.hasPrefix("Each task is on its own: first has no common scale"))
    #expect(rest.markdown.contains(reason) && rest.html(gnuplot: nil).contains("Each task is on its own"))
  }

  @Test func `one seed of one task has no aggregate, in no file`() throws {
    let comparison = Comparison([try row(MAML(), 0, 1), try row(Reptile(), 0, 2)])
    #expect(comparison.aggregates.statistics.isEmpty)
    #expect(!comparison.json.contains("aggregates") && !comparison.markdown.contains("Over seeds and tasks"))
  }

  @Test func `one seed of several tasks has no intervals`() throws {
    let all = try FakeComparison.ofTasks()
    let own = try #require(Comparison(all.rows.filter { $0.run.seed == 0 }).aggregates.statistics.first)
    #expect(
      own.seeds == 1 && own.entries.allSatisfy { $0.interval == nil && $0.mean != nil } && own.pairs.allSatisfy { $0.interval == nil })
  }

  @Test func `a diverged run is the worst`() throws {
    var rows = try (0..<4 as Range<UInt64>).map { try row(MAML(), $0, 1) }
    rows.append(try row(Reptile(), 0, .nan))
    rows += try (1..<4 as Range<UInt64>).map { try row(Reptile(), $0, 0.5) }
    let own = try #require(Comparison(rows).aggregates.statistics.first)
    #expect(own.entries.map(\.label) == ["reptile", "maml"] && own.entries[0].mean == 0.5 && own.entries[0].diverged == 1)
    #expect(own.pairs.map(\.probability) == [0.75])
  }

  @Test func `all files have the same numbers, twice the same bits`() throws {
    let comparison = try FakeComparison.ofTasks()
    let own = try #require(comparison.aggregates.statistics.first)
    let (markdown, page, json) = (comparison.markdown, comparison.html(gnuplot: nil), comparison.json)
    for entry in own.entries {
      let (mean, interval) = (try #require(entry.mean), try #require(entry.interval))
      let text = "\(fixed(mean, 3)) (\(fixed(interval.lower, 3)) to \(fixed(interval.upper, 3)))"
      #expect(markdown.contains("| \(entry.label) | \(text) | 0 |") && page.contains(text), "\(text)")
      #expect(json.contains("\"mean\": \(mean)") && json.contains("\"interval\": [\(interval.lower),\(interval.upper)]"))
    }
    #expect(json.contains("\"probabilitiesOfImprovement\"") && page.contains("Probability of improvement"))
    #expect(json == (try FakeComparison.ofTasks()).json)
  }
}
