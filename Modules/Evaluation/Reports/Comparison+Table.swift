import Algorithms
import Tasks

extension Comparison {
  /// The printed tables, one for each task, the best algorithm first.
  public var table: String {
    groups.map { "\($0.heading)\n\n\($0.table(withTime: true).text)\($0.failedText)\($0.publishedText)\($0.shiftText)" }.joined(
      separator: "\n")
  }
}

extension Comparison.Row {
  /// The tables of this run alone: the adaptation curve in every mode, and published numbers.
  public var table: String {
    let group = Comparison.Group(task: experiment.ids.task, rows: [self])
    let curves = group.curves.map { "\($0.title)\n\n\($0.table.text)" }
    return "\(group.heading)\n\n\(curves.joined(separator: "\n"))\(group.starText)\(group.publishedText)"
  }
}

extension Comparison.Group {
  /// The experiments, those with a result first.
  var experiments: [Experiment] { rows.map(\.experiment) + failures.map(\.experiment) }

  /// The tested episodes; without a result, those that would have been tested.
  var episodes: EpisodeList { rows.first?.result.episodes ?? failures[0].experiment.episodeList }

  /// The names of the tested normalisation modes, the headline's first.
  private var modeNames: [String] { rows.first?.result.modes.map(\.name) ?? failures[0].experiment.testModes.map(\.name) }

  /// The headline's measure; nil if the loss is the only one.
  var measure: Measure? {
    if let row = rows.first { row.result.modes[0].measure } else { failures[0].experiment.learner.taskLoss.measure }
  }

  /// The steps before the headline's score.
  private var steps: Int { rows.first?.result.headline.step ?? failures[0].experiment.test.steps }

  /// The title line: task, measure, episodes, split and seed.
  var heading: String {
    let (list, steps, experiments) = (episodes, steps, experiments)
    let modes = Set(experiments.map(\.learner.trainingMode.rawValue))
    let trained = modes.count == 1 ? modes.first.map { ", trained \($0)" } ?? "" : ""
    let normalised = modeNames[0] == "none" ? "" : ", tested \(modeNames[0])\(trained)"
    // If the loss is the only measure, its id says more than "loss".
    let score = measure.map(ScoreText.init)
    let loss = experiments[0].learner.taskLoss.id
    let after = "after \(steps) \(steps == 1 ? "step" : "steps")"
    let facts = [
      task, "\(score?.phrase ?? loss) \(after)\(normalised)",
      "\(list.count) held-out episodes of \(list.split.rawValue)", "split \(list.splitFingerprint)",
      "seed \(experiments[0].training.seed)",
    ]
    let order = rows.count > 1 ? ["sorted by \(score?.measure.id ?? loss) \(after), those with diverged episodes last"] : []
    return (facts + order).joined(separator: " · ")
  }

  /// One line for each algorithm.
  func table(withTime: Bool) -> TextTable {
    let showsTime = withTime && rows.contains { $0.seconds != nil }
    let score = ScoreText(measure ?? .loss)
    let others = modeNames.dropFirst()
    let hasStepOne = steps > 1
    var table = TextTable(
      ["", "algorithm", score.name] + others + ["before", hasStepOne ? "after 1" : nil, "median"].compactMap(\.self)
        + ["after training's steps", "vs best", "diverged", "iterations"] + (showsTime ? ["seconds"] : []))
    for (place, row) in rows.enumerated() {
      let curve = row.result.modes[0].headlineCurve
      let otherModes = others.map { name in
        row.result.modes.first { $0.name == name }.map { score.text($0.headlineCurve[$0.headlineCurve.count - 1]) } ?? "-"
      }
      table.append(
        ["\(place + 1)", row.experiment.ids.algorithm, score.text(row.result.headline)] + otherModes + [score.text(curve[0].estimate?.mean)]
          + (hasStepOne ? [curve.count > 1 ? score.text(curve[1].estimate?.mean) : "-"] : [])
          + [score.text(row.result.headline.median), row.afterTrainingSteps.map(score.text) ?? "-"]
          + [score.signed(difference(place)), "\(row.result.headline.diverged)"]
          + ["\(row.experiment.training.iterations)"] + (showsTime ? [row.seconds.map { fixed($0, 1) } ?? "-"] : []))
    }
    for failure in failures {
      table.append(
        ["", failure.experiment.ids.algorithm, "- (failed)"] + others.map { _ in "-" } + (hasStepOne ? ["-", "-"] : ["-"])
          + ["-", "-", "", "-", "\(failure.experiment.training.iterations)"] + (showsTime ? ["-"] : []))
    }
    return table
  }

  /// Why runs have no result, one per line; empty if all have one.
  var failedText: String {
    let lines = failures.map { "failed  \($0.experiment.ids.algorithm): \($0.reason)\n" }
    return lines.isEmpty ? "" : "\n" + lines.joined()
  }

  /// The adaptation curves: for each mode and measure a table of steps by algorithms.
  var curves: [(title: String, table: TextTable)] {
    (rows.first?.result.modes ?? []).flatMap { mode -> [(title: String, table: TextTable)] in
      let label = mode.name == "none" ? "" : ", \(mode.name)"
      return mode.curves.map(\.measure).map { measure in
        let curves = rows.compactMap { row -> (row: Comparison.Row, points: [CurvePoint])? in
          let own = row.result.modes.first { $0.name == mode.name }
          return own?.curves.first { $0.measure == measure }.map { (row, $0.points) }
        }
        let score = ScoreText(measure)
        return ("\(score.name)\(label)", curve(curves, score))
      }
    }
  }

  private func curve(_ curves: [(row: Comparison.Row, points: [CurvePoint])], _ score: ScoreText) -> TextTable {
    var table = TextTable(["step"] + curves.flatMap { [$0.row.experiment.ids.algorithm, "median"] })
    let learnedSteps = curves.map { $0.row.lastLearnedStep ?? .max }
    for step in 0..<(curves.map(\.points.count).max() ?? 0) {
      table.append(
        ["\(step)"]
          + zip(curves, learnedSteps).flatMap { curve, last in
            let points = curve.points
            let mark = step > last ? " *" : ""
            return points.indices.contains(step) ? [score.text(points[step]) + mark, score.text(points[step].median)] : ["-", "-"]
          })
    }
    return table
  }

  /// The meaning of a star in a curve; empty without stars.
  var starText: String {
    rows.contains { row in row.lastLearnedStep.map { row.result.headline.step > $0 } ?? false }
      ? "* beyond the steps with learned values; the values of the last step apply\n" : ""
  }

  /// The published numbers of the algorithms, each once.
  var published: [(algorithm: String, result: PublishedResult)] {
    var seen: Set<String> = []
    return rows.filter { seen.insert($0.experiment.ids.algorithm).inserted }.flatMap { row in
      PublishedResult.matching(row.experiment).map { (row.experiment.ids.algorithm, $0) }
    }
  }

  /// The published numbers, one per line; empty if there are none.
  var publishedText: String {
    let lines = published.map { "published  \($0.algorithm): \($0.result.result)  (\($0.result.setting); \($0.result.source))\n" }
    return lines.isEmpty ? "" : "\n" + lines.joined()
  }
}
