import Algorithms
import Evaluation
import Tasks

private let jsonTokens = [
  "{", "}", "[", "]", ",", ":", "\"", "null", "true", "-1", "1e999", "1e-999", "\\ud800", "\\u0000", "\"modes\":", "\"loss\":", "\"step\":",
  "\"mean\":", "\"halfWidth\":", "\"median\":", "\"diverged\":", "\"finalLosses\":", "\"finalScores\":", "\"iteration\":", "NaN", "-0.0",
]

extension Reader {
  /// The results of a finished run, which `run-all --resume` reads.
  static let results = Reader(
    "results", tokens: jsonTokens,
    seeds: {
      try rows.get().map { Array($0.json.text.utf8) }
    }
  ) { input, folder in
    try write(input, to: "\(folder)/results.json")
    try write(input, to: "\(folder)/timing.json")
    if let row = try rows.get().first { try write(Array(row.scores.utf8), to: "\(folder)/scores.csv") }
    _ = try? RecordedRuns([folder])
    let rows = try runs.get().compactMap { Comparison.Row(experiment: $0.experiment, state: $0.trainer.state, recordedIn: folder) }
    _ = RunFolder.holdsComparison(folder)
    return rows.isEmpty ? "nothing, which a test replaces" : "the results of a run"
  }

  /// Every episode's scores of a finished run, which `compare` reads.
  static let scores = Reader(
    "scores", tokens: [",", "\n", "\"", "nan", "-inf", "1e999", "maml", "none", "0,0,", "accuracy"],
    seeds: {
      try rows.get().map { Array($0.scores.utf8) }
    }
  ) { input, folder in
    try write(input, to: "\(folder)/scores.csv")
    guard let row = try rows.get().first else { return "nothing to compare" }
    try write(Array(row.json.text.utf8), to: "\(folder)/results.json")
    let outcome = try Comparison.Outcome(recordedIn: folder)
    return Comparison(outcomes: [outcome]).table.isEmpty ? "nothing" : "the scores of a run"
  }

  /// The metrics of an interrupted run.
  static let metrics = Reader(
    "metrics", tokens: jsonTokens,
    seeds: {
      [
        (1...4).flatMap { Array(#"{"iteration":\#($0),"loss":0.5,"gradientNorm":null,"learningRate":0.001}"#.utf8) + [UInt8(ascii: "\n")] }
      ]
    }
  ) { input, _ in
    let kept = try MetricsLog.kept(input, through: 3, of: 4, path: "metrics.jsonl")
    _ = try? MetricsLog.kept(input, through: .max, of: .max, path: "metrics.jsonl")
    return "\(kept.split(separator: UInt8(ascii: "\n")).count) lines"
  }

  /// The validations of an interrupted run.
  static let validation = Reader(
    "validation", tokens: jsonTokens + ["\"measure\":", "\"score\":", "\"episodes\":", "\"accuracy\"", "\"best\":"],
    seeds: {
      [
        (1...4).flatMap { iteration in
          let report = ValidationReport(iteration: iteration, measure: .accuracy, score: 0.5, halfWidth: 0.1, loss: nil, episodes: 9)
          return Array((ValidationLog.line(report, isBest: iteration == 1) + "\n").utf8)
        }
      ]
    }
  ) { input, _ in
    let kept = try ValidationLog.kept(input, through: 3, every: 1, measure: .accuracy, path: "validation.jsonl")
    _ = try? ValidationLog.kept(input, through: .max, every: .max, measure: .loss, path: "validation.jsonl")
    return "\(kept.reports.count) reports, the best after iteration \(ValidationHistory(kept.reports).best?.iteration ?? 0)"
  }

  /// The configuration of a run to repeat.
  static let configuration = Reader(
    "configuration",
    tokens: jsonTokens + [
      "\"formatVersion\":", "\"algorithm\":", "\"task\":", "\"model\":", "\"seed\":", "\"settings\":", "\"data\":", "\"maml\"", "false",
      "\n",
      "\u{1b}[31m", "1e5", "18446744073709551616",
    ],
    seeds: { try runs.get().map { Array(RunConfiguration($0.experiment).json.text.utf8) } }
  ) { input, _ in
    let configuration = try RunConfiguration(decoding: input, name: "config.json")
    return "the configuration of \(configuration.algorithm) on \(configuration.task) with \(configuration.settings.count) settings"
  }

  private static let runs = Result { try SmallRun.all }

  private static let rows = Result {
    try runs.get().map { run in
      let result = try run.experiment.metaTest(run.trainer.state)
      return Comparison.Row(experiment: run.experiment, result: result, state: run.trainer.state)
    }
  }
}
