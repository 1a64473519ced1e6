import Registry
import Tasks

extension AggregateStatistics {
  private var score: ScoreText? { measure.map { ScoreText($0) } }

  /// The name of the scores.
  var scoreName: String { score?.name ?? "scaled score" }

  /// What was joined: "3 seeds of glyphs", "5 tasks".
  private var extent: String {
    let seeds = "\(seeds) \(seeds == 1 ? "seed" : "seeds")"
    return tasks.count == 1 ? "\(seeds) of \(tasks[0])" : "\(tasks.count) tasks with \(seeds)"
  }

  var title: String { "Over \(extent)" }

  /// What the tables show.
  var note: String {
    let scaled =
      measure == nil
      ? "Scores are scaled so that chance is 0 and the best possible score 1. "
      : ""
    let unit = "A score is the mean over the episodes of a run. "
    let interval =
      seeds < 2
      ? "There are no intervals, because a task has a single seed."
      : "Intervals of 95% are by a bootstrap of the seeds within each task."
    return """
      \(unit)\(scaled)The interquartile mean is that of the middle half of all scores, and the probability of improvement that of a run of \
      the first being better than one of the second on the same task, ties one half (Agarwal et al., 2021). \(interval)
      """
  }

  func text(_ value: Double?) -> String { score?.text(value) ?? fixed(value, 3) }

  func text(_ entry: Entry) -> String {
    text(entry.mean) + (entry.interval.map { " (\(text($0.lower)) to \(text($0.upper)))" } ?? "")
  }

  /// One row for each algorithm.
  var meansTable: TextTable {
    var table = TextTable(["algorithm", "interquartile mean of \(scoreName)", "runs with divergence"])
    for entry in entries { table.append([entry.label, text(entry), "\(entry.diverged)"]) }
    return table
  }

  /// One row for each pair; nil for a single algorithm.
  var pairsTable: TextTable? {
    guard !pairs.isEmpty else { return nil }
    var table = TextTable(["first", "second", "P(improvement)"])
    for pair in pairs {
      let interval = pair.interval.map { " (\(fixed($0.lower, 2)) to \(fixed($0.upper, 2)))" } ?? ""
      table.append([entries[pair.first].label, entries[pair.second].label, fixed(pair.probability, 2) + interval])
    }
    return table
  }

  /// The interquartile means with their intervals; nil for a single algorithm.
  var chart: ForestPlot? {
    guard entries.count > 1 else { return nil }
    let factor = measure?.factor ?? 1
    let rows = entries.map { entry in
      ForestPlot.Row(
        name: entry.label, mean: entry.mean.map { factor * $0 } ?? .nan, low: entry.interval.map { factor * $0.lower },
        high: entry.interval.map { factor * $0.upper }, text: text(entry))
    }
    return ForestPlot(title: "Interquartile means, \(tasks.count == 1 ? tasks[0] : "\(tasks.count) tasks")", rows: rows, label: scoreName)
  }

  /// The statistics in results.json.
  var json: JSON {
    func range(_ interval: ConfidenceInterval?) -> JSON {
      interval.map { .array([.number($0.lower), .number($0.upper)]) } ?? .null
    }
    return .object([
      .init("tasks", .array(tasks.map { .string($0) })), .init("scale", .string(measure?.id ?? "chance is 0, best is 1")),
      .init("seeds", .integer(seeds)),
      .init(
        "interquartileMeans",
        .array(
          entries.map { entry in
            .object([
              .init("label", .string(entry.label)), .init("mean", .optional(entry.mean)), .init("interval", range(entry.interval)),
              .init("diverged", .integer(entry.diverged)),
            ])
          })),
      .init(
        "probabilitiesOfImprovement",
        .array(
          pairs.map { pair in
            .object([
              .init("first", .string(entries[pair.first].label)), .init("second", .string(entries[pair.second].label)),
              .init("probability", .number(pair.probability)), .init("interval", range(pair.interval)),
            ])
          })),
    ])
  }
}

extension Comparison.Aggregates {
  /// The title of the section.
  static let title = "Over seeds and tasks"

  /// The section of report.md; empty without statistics.
  var markdown: String {
    guard !statistics.isEmpty else { return "" }
    let parts = statistics.map { own in
      "### \(own.title)\n\n\(own.note)\n\n\(own.meansTable.markdown)\n" + (own.pairsTable.map { "\($0.markdown)\n" } ?? "")
    }
    return "\n## \(Self.title)\n\n" + (reason.map { "\($0)\n\n" } ?? "") + parts.joined()
  }

  /// The section of report.html; nil without statistics.
  func section(_ gnuplot: Gnuplot?, _ collector: ChartCollector? = nil) -> HTMLPage.Section? {
    guard !statistics.isEmpty else { return nil }
    var content: [HTML] = reason.map { [.paragraph($0)] } ?? []
    for (place, own) in statistics.enumerated() {
      func table(_ text: TextTable, _ caption: String) -> HTML { .table(HTMLTable(text.titles, text.rows, caption: caption)) }
      content += [.heading(own.title), .paragraph(own.note), table(own.meansTable, "Interquartile means")]
      if let chart = own.chart {
        collector?.add(chart, own.tasks.count == 1 ? "\(own.tasks[0])-aggregate" : "aggregate")
        content.append(.chart(chart, id: "aggregate-\(place)", gnuplot: gnuplot))
      }
      content += own.pairsTable.map { [.details("All pairs: probability of improvement", [table($0, "Probability of improvement")])] } ?? []
    }
    return HTMLPage.Section(Self.title, content)
  }

  /// The members of results.json; none without statistics.
  var members: [JSON.Member] {
    statistics.isEmpty
      ? [] : [.init("aggregates", .array(statistics.map(\.json)))] + (reason.map { [.init("aggregatesApart", .string($0))] } ?? [])
  }
}
