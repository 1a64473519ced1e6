import Algorithms
import Tasks

extension Comparison {
  /// The printed tables, one for each task, the best algorithm first.
  public var table: String {
    groups.map { group in
      "\(group.heading)\n\n\(group.table(withTime: true).text)"
        + group.failedText + group.samplingText + group.publishedText + group.shiftText
    }.joined(separator: "\n")
  }
}

extension Comparison.Row {
  /// The tables of this run alone: the adaptation curve in every mode, the calibration, and published numbers.
  public var table: String {
    let group = Comparison.Group(task: run.task, rows: [self])
    let curves = group.curves.map { "\($0.title)\n\n\($0.table.text)" }
    return "\(group.heading)\n\n\(curves.joined(separator: "\n"))"
      + group.starText + group.calibrationText + group.samplingText + group.publishedText
  }
}

extension Comparison.Group {
  /// The runs, those with a result first.
  var runs: [RunDescription] { rows.map(\.run) + failures.map(\.run) }

  /// The tested episodes of the first run; without a result, those that would have been tested.
  var episodes: EpisodeList { runs[0].episodes }

  /// The names of the tested normalisation modes, the headline's first.
  private var modeNames: [String] { rows.first?.result.modes.map(\.name) ?? failures[0].run.modes }

  /// The headline's measure; nil if the loss is the only one.
  var measure: Measure? { rows.first?.result.modes[0].measure ?? failures.first?.run.measure }

  /// "after 1 step", or what the steps of the lines have in common.
  var afterText: String {
    let steps = Set(lines.map(\.step))
    if let step = steps.first, steps.count == 1 { return "after \(step) \(step == 1 ? "step" : "steps")" }
    switch rankAt {
    case .trained: return "after each algorithm's own number of steps"
    case .last: return "after the last step"
    case .step(let step): return "after \(step) \(step == 1 ? "step" : "steps")"
    }
  }

  /// "seed 0", "seeds 0, 1, 2", or "seeds 0 to 4".
  private var seedText: String {
    let seeds = Set(runs.map(\.seed)).sorted()
    if seeds.count == 1 { return "seed \(seeds[0])" }
    let isRange = seeds.count > 3 && seeds[seeds.count - 1] - seeds[0] == UInt64(seeds.count - 1)
    return isRange ? "seeds \(seeds[0]) to \(seeds[seeds.count - 1])" : "seeds \(seeds.map { "\($0)" }.joined(separator: ", "))"
  }

  /// The title line: task, measure, episodes, split and seed.
  var heading: String {
    let (list, runs) = (episodes, runs)
    let modes = Set(runs.compactMap { $0.setting("training.normalisation") })
    let trained = modes.count == 1 ? modes.first.map { ", trained \($0)" } ?? "" : ""
    let tested = modeNames.first ?? "none"
    let normalised = tested == "none" ? "" : ", tested \(tested)\(trained)"
    // If the loss is the only measure, its id says more than "loss".
    let score = measure.map(ScoreText.init)
    let loss = runs[0].taskLoss
    let seeds = Set(runs.map(\.seed)).count
    let facts = [
      task, "\(score?.phrase ?? loss) \(afterText)\(normalised)",
      "\(list.count) held-out episodes of \(list.split.rawValue)\(seeds > 1 ? " for each seed" : "")", "split \(list.splitFingerprint)",
      seedText,
    ]
    let order = lines.count > 1 ? ["sorted by \(score?.measure.id ?? loss), those with diverged episodes last"] : []
    return (facts + order).joined(separator: " · ")
  }

  /// One line for each algorithm.
  func table(withTime: Bool) -> TextTable {
    let score = ScoreText(measure ?? .loss)
    var columns = [
      Column("algorithm", { $0.label }, failed: { $0.algorithm }),
      Column(score.name, { score.text($0.headline) }, failed: { _ in "- (failed)" }),
    ]
    if Set(lines.map(\.step)).count > 1 { columns.append(Column("steps", { $0.isStepless ? Self.none : "\($0.step)" })) }
    if Set(runs.map(\.seed)).count > 1 {
      columns.append(Column("seeds", { "\($0.rows.count)" }))
    }
    for name in modeNames.dropFirst() {
      let measure = measure ?? .loss
      columns.append(Column(name, { line in line.curve(name, measure).map { score.text($0[line.step]) } ?? "-" }))
    }
    func mean(_ title: String, _ step: @escaping (Comparison.Line) -> Int) -> Column {
      Column(title) { line in
        if line.isStepless { return Self.none }
        let curve = line.headlineCurve
        return curve.indices.contains(step(line)) ? score.mean(curve[step(line)]) : "-"
      }
    }
    columns.append(mean("before") { _ in 0 })
    let last = Set(lines.map { $0.rows[0].lastStep })
    // Columns that would repeat the headline's are left out.
    if lines.contains(where: { $0.step != 1 && $0.rows[0].lastStep > 1 }) { columns.append(mean("after 1") { _ in 1 }) }
    if lines.contains(where: { $0.step != $0.rows[0].lastStep }) {
      let title = last.count == 1 ? "after \(last.first ?? 0)" : "after the last"
      columns.append(mean(title) { $0.rows[0].lastStep })
    }
    columns.append(Column("median", { score.text($0.headline.median) }))
    let differences = lines.indices.map { score.signed(difference($0)) }
    let places = Dictionary(uniqueKeysWithValues: lines.indices.map { (lines[$0].label, $0) })
    if lines.count > 1 { columns.append(Column("group") { places[$0.label].map { statistics.letters[$0] } ?? "" }) }
    columns.append(Column("vs best", { places[$0.label].map { differences[$0] } ?? "" }, failed: { _ in "" }))
    columns.append(Column("diverged", { "\($0.headline.diverged)" }))
    columns.append(Column("iterations", { "\($0.run.iterations)" }, failed: { "\($0.iterations)" }))
    if let target { columns.append(Column(targetTitle(target), { $0.reachText(target, withTime: withTime) })) }
    if withTime, lines.contains(where: { $0.seconds != nil }) {
      columns.append(Column("seconds", { $0.seconds.map { fixed($0, 1) } ?? "-" }))
    }
    if withTime, lines.contains(where: { $0.timings != nil }) {
      columns.append(Column("iterations/s", { fixed($0.iterationsPerSecond, 1) }))
      columns.append(Column("peak MB", { fixed($0.peakBytes.map { Double($0) / 1e6 }, 1) }))
    }
    var table = TextTable([""] + columns.map(\.title))
    for (place, line) in lines.enumerated() { table.append(["\(place + 1)"] + columns.map { $0.cell(line) }) }
    for failure in failures { table.append([""] + columns.map { $0.failed(failure.run) }) }
    return table
  }

  /// The cell of a step of an algorithm that adaptation steps do not change.
  private static let none = "–"

  /// A column of the table of algorithms.
  private struct Column {
    let title: String
    let cell: (Comparison.Line) -> String
    let failed: (RunDescription) -> String

    init(_ title: String, _ cell: @escaping (Comparison.Line) -> String, failed: @escaping (RunDescription) -> String = { _ in "-" }) {
      self.title = title
      self.cell = cell
      self.failed = failed
    }
  }

  /// Why runs have no result, one per line; empty if all have one.
  var failedText: String {
    let lines = failures.map { "failed  \(name(of: $0)): \($0.reason)\n" }
    return lines.isEmpty ? "" : "\n" + lines.joined()
  }

  /// The algorithm of a failed run, with the seed if there are several.
  func name(of failure: Comparison.Failure) -> String {
    Set(runs.map(\.seed)).count > 1 ? "\(failure.run.algorithm) with seed \(failure.run.seed)" : failure.run.algorithm
  }

  /// The adaptation curves: for each mode and measure a table of steps by algorithms.
  var curves: [(title: String, table: TextTable)] {
    (rows.first?.result.modes ?? []).flatMap { mode -> [(title: String, table: TextTable)] in
      let label = mode.name == "none" ? "" : ", \(mode.name)"
      return mode.curves.map(\.measure).map { measure in
        let curves = lines.compactMap { line in line.curve(mode.name, measure).map { (line: line, points: $0) } }
        let score = ScoreText(measure)
        return ("\(score.name)\(label)", curve(curves, score))
      }
    }
  }

  private func curve(_ curves: [(line: Comparison.Line, points: [CurvePoint])], _ score: ScoreText) -> TextTable {
    var table = TextTable(["step"] + curves.flatMap { [$0.line.label, "median"] })
    let learnedSteps = curves.map { $0.line.lastLearnedStep ?? .max }
    // Steps that change no algorithm have no row.
    for step in 0..<(curves.map { $0.line.isStepless ? 1 : $0.points.count }.max() ?? 0) {
      table.append(
        ["\(step)"]
          + zip(curves, learnedSteps).flatMap { curve, last in
            let points = curve.points
            let mark = step > last ? " *" : ""
            if step > 0, curve.line.isStepless { return [Self.none, Self.none] }
            return points.indices.contains(step) ? [score.text(points[step]) + mark, score.text(points[step].median)] : ["-", "-"]
          })
    }
    return table
  }

  /// The meaning of a star in a curve; empty without stars.
  var starText: String {
    lines.contains { line in line.lastLearnedStep.map { line.rows[0].lastStep > $0 } ?? false }
      ? "* beyond the steps with learned values; the values of the last step apply\n" : ""
  }

  /// The published numbers of the algorithms, each once.
  var published: [(algorithm: String, result: PublishedResult)] {
    var seen: Set<String> = []
    return rows.filter { seen.insert($0.run.algorithm).inserted }.flatMap { row in
      row.run.published.map { (row.run.algorithm, $0) }
    }
  }

  /// The published numbers, one per line; empty if there are none.
  var publishedText: String {
    let lines = published.map { "published  \($0.algorithm): \($0.result.result)  (\($0.result.setting); \($0.result.source))\n" }
    return lines.isEmpty ? "" : "\n" + lines.joined()
  }
}
