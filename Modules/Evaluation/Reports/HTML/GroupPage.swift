import Algorithms
import Registry
import Tasks

/// The parts of a page that are about one task.
struct GroupPage {
  let group: Comparison.Group
  /// The place of the task on the page, which makes identifiers unique.
  let place: Int
  /// nil to draw no charts.
  let gnuplot: Gnuplot?
  /// Collects the charts; nil for none.
  var collector: ChartCollector?

  var score: ScoreText { ScoreText(group.measure ?? .loss) }

  /// What was compared, and the answer in one or two sentences.
  var answer: String {
    guard let best = group.lines.first else { return "On \(group.task), every run failed." }
    guard group.lines.count > 1 else {
      return "On \(group.task), \(best.label) has \(score.name) \(score.text(best.headline)) \(after(best))."
    }
    let compared = "On \(group.task), \(group.lines.count) algorithms were compared on the same held-out episodes."
    guard best.headline.diverged == 0 else { return "\(compared) Every one of them has diverged episodes." }
    let letters = Set(group.statistics.letters[0])
    let equal = group.lines.indices.dropFirst().filter { !letters.isDisjoint(with: group.statistics.letters[$0]) }.map {
      group.lines[$0].label
    }
    let score = "\(best.label) is the best \(after(best)): \(score.name) \(score.text(best.headline))."
    let rest =
      equal.isEmpty
      ? "Its difference to each of the others is significant (paired t test, Holm's correction, 5%)."
      : "It cannot be told apart from \(equal.joined(separator: ", "))."
    return "\(compared) \(score) \(rest)"
  }

  private func after(_ line: Comparison.Line) -> String { "after \(line.step) \(line.step == 1 ? "step" : "steps")" }

  /// The section of the task.
  var section: HTMLPage.Section {
    var content: [HTML] = [.paragraph(group.heading), .table(table(group.table(withTime: true), "Ranking on \(group.task)"))]
    if !group.failures.isEmpty {
      content += [.heading("Failed"), .list(group.failures.map { "\(group.name(of: $0)): \($0.reason)" })]
    }
    content += costs
    if !group.published.isEmpty {
      let rows = group.published.map { [$0.algorithm, $0.result.result, $0.result.setting, $0.result.source] }
      content += [
        .heading("Published, for comparison"), .table(HTMLTable(["algorithm", "published", "how", "source"], rows, caption: "Published")),
      ]
    }
    content += intervals + differences + learningCurves + adaptationCurves + examples + paths + sampling + calibration + learned
    return HTMLPage.Section(group.task, content)
  }

  /// A table of a terminal as a table of the page; the name of a row is the algorithm, not its rank.
  func table(_ table: TextTable, _ caption: String) -> HTMLTable {
    HTMLTable(table.titles, table.rows, caption: caption, nameColumn: table.titles.first == "" ? 1 : 0)
  }

  func chart(_ chart: some Chart, _ name: String) -> HTML {
    collector?.add(chart, "\(group.task)-\(name)")
    return .chart(chart, id: "task-\(place)-\(name)", gnuplot: gnuplot)
  }

  // MARK: Scores

  private var intervals: [HTML] {
    guard group.lines.count > 1 else { return [] }
    let factor = score.measure.factor
    let rows = group.lines.map { line in
      let estimate = line.headline.estimate
      let (mean, half) = (estimate?.mean.map { factor * $0 }, estimate?.halfWidth.map { factor * $0 })
      let ends = mean.flatMap { mean in half.map { (mean - $0, mean + $0) } }
      return ForestPlot.Row(name: line.label, mean: mean ?? .nan, low: ends?.0, high: ends?.1, text: score.text(line.headline))
    }
    let chance = group.lines.first { $0.run.algorithm == "chance" }?.headline.estimate?.mean
    let reference = chance.map { ForestPlot.Reference(name: "chance", value: factor * $0) }
    let plot = ForestPlot(
      title: "\(score.name), means with 95% intervals", rows: rows, label: score.name, reference: reference)
    return [.heading("Intervals"), chart(plot, "forest")]
  }

  private var differences: [HTML] {
    let lines = group.lines
    guard lines.count > 1, !group.statistics.pairs.isEmpty else { return [] }
    var cells = lines.map { _ in [DifferenceMatrix.Cell?](repeating: nil, count: lines.count) }
    let factor = score.measure.factor
    for pair in group.statistics.pairs {
      guard let mean = pair.test?.mean else { continue }
      for (row, column, difference) in [(pair.first, pair.second, mean), (pair.second, pair.first, -mean)] {
        let text = "\(difference < 0 ? "" : "+")\(score.text(difference))"
        cells[row][column] = .init(difference: factor * difference, text: text, isSignificant: pair.isDifferent)
      }
    }
    let matrix = DifferenceMatrix(
      title: "Paired differences in \(score.name)", names: lines.map(\.label), cells: cells, largerIsBetter: score.measure.isMoreBetter)
    var content: [HTML] = [
      .heading("Paired differences"), matrix.html,
      .details(
        "All pairs: intervals, p-values, effect sizes", [.paragraph(group.pairsNote), .table(table(group.pairsTable, "All pairs"))]),
    ]
    if let seeds = group.seedsTable {
      content += [.heading("Seeds and episodes"), .paragraph(group.seedsNote), .table(table(seeds, "Seeds and episodes"))]
    }
    return content
  }

  private var adaptationCurves: [HTML] {
    guard let first = group.rows.first, first.lastStep > 0 else { return [] }
    let mode = first.result.modes[0]
    let factor = score.measure.factor
    // A diverging curve would press all others onto the axis.
    let before = group.lines.compactMap { $0.headlineCurve[0].estimate?.mean }
    let limit = score.measure.isMoreBetter ? .infinity : 2 * (before.map(\.magnitude).max() ?? .infinity)
    var isCut = false
    let series = group.lines.compactMap { line -> CurveChart.Series? in
      guard let curve = line.curve(mode.name, mode.headlineMeasure) else { return nil }
      let points = curve.compactMap { point -> CurveChart.Point? in
        let half = point.estimate?.halfWidth ?? 0
        guard let mean = point.estimate?.mean, mean + half <= limit else {
          isCut = true
          return nil
        }
        return .init(x: Double(point.step), y: factor * mean, low: factor * (mean - half), high: factor * (mean + half))
      }
      return points.isEmpty ? nil : .init(name: line.label, points: points)
    }
    var content: [HTML] = [.heading("Adaptation")]
    if !series.isEmpty {
      content.append(
        chart(
          CurveChart(
            title: "\(score.name) by adaptation step", series: series, xLabel: "adaptation steps", yLabel: score.name,
            bandMeaning: group.hasSeeds ? "95% intervals over seeds" : "95% intervals over episodes"), "adaptation"))
    }
    if isCut {
      let above = limit.isFinite ? ", or whose interval reaches above twice the largest score before adaptation" : ""
      content.append(.paragraph("Not drawn: steps without a mean, because episodes diverged\(above)."))
    }
    let tables = group.curves.map { HTML.table(table($0.table, $0.title)) }
    content.append(.details("All modes and measures", tables + (group.starText.isEmpty ? [] : [.paragraph(group.starText)])))
    return content
  }
}
