import Algorithms
import Tasks

extension CrossValidationResult {
  /// The printed tables: the algorithms, and their learning curves.
  public var table: String {
    let failed = failures.map { "failed  \($0.experiment.ids.algorithm): \($0.reason)\n" }.joined()
    guard !rows.isEmpty else { return "\(heading)\n\n\(failed)" }
    return "\(heading)\n\n\(summary.text)\n\(curveHeading)\n\n\(curve.text)\(failed.isEmpty ? "" : "\n" + failed)"
  }

  private var first: Experiment { rows.first?.experiment ?? failures[0].experiment }

  /// The title line: task, measure, groups, folds, episodes and seed.
  var heading: String {
    let steps = first.test.steps
    let score = first.learner.taskLoss.measure.map { ScoreText($0).phrase } ?? first.learner.taskLoss.id
    let division = folds.leavesOneOut ? "one left out at a time" : "in \(folds.parts.count) folds"
    return [
      first.ids.task, "\(score) after \(steps) \(steps == 1 ? "step" : "steps")", "\(groups.count) groups \(division)",
      "\(episodesPerGroup) \(episodesPerGroup == 1 ? "episode" : "episodes") of each", "seed \(first.training.seed)",
      "± is the 95% interval over groups",
    ].joined(separator: " · ")
  }

  var curveHeading: String { "By the number of own examples; 0 is the meta-learned model as it is" }

  /// One line for each algorithm.
  var summary: TextTable {
    let score = ScoreText(measure)
    let name = rows[reference].experiment.ids.algorithm
    var table = TextTable(["", "algorithm", score.name, "vs \(name)", "diverged", "iterations"])
    for (place, row) in rows.enumerated() {
      table.append([
        "\(place + 1)", row.experiment.ids.algorithm, score.text(row.estimate), score.signed(difference(place)),
        "\(row.estimate?.diverged ?? 0)", "\(row.experiment.training.iterations)",
      ])
    }
    return table
  }

  /// Scores by the number of own examples.
  var curve: TextTable {
    let score = ScoreText(measure)
    var table = TextTable(["examples"] + rows.map(\.experiment.ids.algorithm))
    for (place, count) in ownExamples.enumerated() {
      table.append(["\(count)"] + rows.map { score.text($0.estimate(at: place)) })
    }
    return table
  }

  /// The content of report.md.
  public var markdown: String {
    let failed = failures.map { "- \($0.experiment.ids.algorithm): \($0.reason)\n" }.joined()
    var text = "# Cross-validation\n\n\(heading)\n\n"
    if !failed.isEmpty { text += "## Failed\n\n\(failed)\n" }
    if !rows.isEmpty {
      text += "\(summary.markdown)\n## Own examples\n\n\(curveHeading).\n\n\(curve.markdown)\n## Groups\n\n\(groupTable.markdown)\n"
    }
    if let digest = first.tasks.dataDigest { text += "Data: `\(digest)`\n\n" }
    return text + "Made by version \(FrameworkVersion.current).\n"
  }

  /// One line for each group, with the scores of all algorithms.
  private var groupTable: TextTable {
    let score = ScoreText(measure)
    var table = TextTable(["group", "fold"] + rows.map(\.experiment.ids.algorithm))
    for (place, group) in groups.enumerated() {
      table.append([group.name, "\(group.fold + 1)"] + rows.map { score.text($0.groups[place].score) })
    }
    return table
  }

  /// The content of groups.csv: one line for each algorithm and group; an empty field for no answer, or for a diverged episode.
  public var csv: String {
    func text(_ value: Double?) -> String { value.flatMap { $0.isFinite ? "\($0)" : nil } ?? "" }
    let titles = ["algorithm", "group", "fold", "episodes", "metric", "score"] + ownExamples.map { "score_\($0)" }
    let lines = rows.flatMap { row in
      zip(groups, row.groups).map { group, own in
        [
          row.experiment.ids.algorithm, group.name, "\(group.fold + 1)", "\(episodesPerGroup)", measure.id, text(own.score),
        ] + own.scores.map(text)
      }
    }
    return CSV.text([titles] + lines)
  }
}
