import Tasks

/// The file of every episode's scores, from which anyone can compute the figures of a report again.
///
/// The file has a line for each mode, episode and number of adaptation steps:
/// ```
/// algorithm,task,seed,episode,step,mode,loss,accuracy
/// maml,glyphs,0,17,3,transductive,0.4031,0.875
/// ```
/// The last column bears the id of the measure; it is `accuracy`, and its fields are empty, where the loss alone is reported. A score that
/// is not finite is `nan`, `inf` or `-inf`.
enum ScoreFile {
  static let columns = ["algorithm", "task", "seed", "episode", "step", "mode", "loss"]

  /// A score as it stands in the file; it reads back exactly.
  static func text(_ score: Double) -> String { "\(score)" }
}

extension Comparison.Row {
  /// The content of scores.csv of this run.
  public var scores: String { Comparison([self]).scores }

  /// Appends the lines of this run, with the name of the algorithm; the measures are the last columns.
  fileprivate func appendScores(to text: inout String, label: String, measures: [Measure]) {
    let prefix = CSV.text([[label, run.task, "\(run.seed)"]]).dropLast()
    for mode in result.modes {
      let isOwn = measures.map { mode.measure == $0 }
      for episode in mode.losses[0].indices {
        for step in mode.losses.indices {
          text += "\(prefix),\(episode),\(step),\(mode.name),\(ScoreFile.text(mode.losses[step][episode]))"
          for isOwn in isOwn {
            text += ","
            if isOwn, let scores = mode.scores { text += ScoreFile.text(scores[step][episode]) }
          }
          text += "\n"
        }
      }
    }
  }
}

extension Comparison {
  /// The content of scores.csv: every episode's scores, in the order of the tables.
  ///
  /// There is a column for each measure of the runs, `accuracy` if there is none.
  public var scores: String {
    let lines = groups.flatMap(\.lines)
    var measures: [Measure] = []
    for line in lines {
      for measure in line.rows[0].result.modes.compactMap(\.measure) where !measures.contains(measure) { measures.append(measure) }
    }
    if measures.isEmpty { measures = [.accuracy] }
    var text = CSV.text([ScoreFile.columns + measures.map(\.id)])
    for line in lines {
      for row in line.rows { row.appendScores(to: &text, label: line.label, measures: measures) }
    }
    return text
  }
}
