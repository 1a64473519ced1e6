import Registry
import Tasks

extension Comparison.Group {
  /// What the table of sampling shows.
  var samplingNote: String {
    """
    The ordinary interval is about the sampler: its episodes are drawn with replacement, and share samples. Disjoint episodes use each \
    sample at most once, so their interval is about the data ("Oops, I sampled it again", TMLR 2024). The standard deviations are of one \
    episode's score: over random assignments of its classes to labels, and between episodes with that part averaged out over \
    \(SamplingEstimates.assignments) assignments (Ye and Chao, 2022). All after as many steps as each algorithm adapts by.
    """
  }

  /// One row for each run and mode whose sampling was measured; nil if there is none.
  var samplingTable: TextTable? {
    var table = TextTable([
      "algorithm", "normalisation", "sampled episodes", "disjoint episodes", "number", "s.d. of assignment", "s.d. of episodes",
    ])
    for line in lines {
      for row in line.rows {
        guard let sampling = row.result.sampling else { continue }
        let score = ScoreText(sampling.measure)
        for mode in sampling.modes {
          let curve = row.result.mode(mode.name)?.headlineCurve ?? []
          let ordinary = curve.indices.contains(sampling.step) ? score.text(curve[sampling.step]) : "-"
          let disjoint = mode.disjoint.map { CurvePoint(step: sampling.step, scores: $0, measure: sampling.measure) }
          table.append([
            line.rows.count > 1 ? "\(line.label), seed \(row.run.seed)" : line.label, mode.name, ordinary,
            disjoint.map { score.text($0) } ?? "-", mode.disjoint.map { "\($0.count)" } ?? "-",
            score.text(mode.assignmentVariance?.squareRoot()), score.text(mode.episodeVariance?.squareRoot()),
          ])
        }
      }
    }
    return table.rows.isEmpty ? nil : table
  }

  /// The table for a terminal; empty without one.
  var samplingText: String { samplingTable.map { "\ndisjoint episodes and assignment of labels\n\n\($0.text)" } ?? "" }

  /// The section of report.md; empty without a table.
  var samplingMarkdown: String {
    samplingTable.map { "### Disjoint episodes and assignment of labels\n\n\(samplingNote)\n\n\($0.markdown)\n" } ?? ""
  }
}

extension GroupPage {
  /// Intervals over disjoint episodes, and the variance from the assignment of labels, if they were measured.
  var sampling: [HTML] {
    guard let numbers = group.samplingTable else { return [] }
    let title = "Disjoint episodes and assignment of labels"
    return [.heading(title), .paragraph(group.samplingNote), .table(table(numbers, title))]
  }
}
