import Evaluation

extension Flag {
  static let outComparison = value("out", "DIR", "Write report.html, report.md, results.json, results.csv and scores.csv into this folder.")
}

extension Command {
  /// Compares finished runs without training or testing.
  static let compare = Command(
    name: "compare", summary: "Compare finished runs without training them again.",
    operand: Operand(placeholder: "FOLDER", count: .oneOrMore),
    flags: [.rankAt, .target, .outComparison, .overwrite, .quiet, .json],
    discussion: """
      FOLDER is the --out folder of 'tools run', 'tools evaluate' or 'tools run-all'; of the last, all finished runs are compared. Runs
      that differ in nothing but the seed make one line of the table. The files are those of 'tools run-all'. Runs on other splits or
      episodes are refused.
      """
  ) { arguments in
    let (comparison, unfinished) = try arguments.comparison()
    let folder = try arguments.text(.outComparison).map { try RunFolder($0, overwrite: arguments.has(.overwrite)) }
    if !arguments.has(.quiet) {
      for path in unfinished { Console.note("tools: \(path) is left out: the run has not ended.") }
    }
    try folder?.write(comparison)
    try Console.print(arguments.has(.json) ? comparison.json : comparison.table)
    return comparison.failures.isEmpty ? .success : .badInput
  }
}

extension Arguments {
  /// The comparison of the runs in the folders that the operands name, and the folders of runs that have not ended.
  ///
  /// - Throws: `RunRecordError` for a folder without runs, `ComparisonError` for runs on other splits or episodes, and ``UsageError``.
  func comparison() throws -> (comparison: Comparison, unfinished: [String]) {
    let rankAt = try rankStep()
    let runs = try RecordedRuns(operands)
    let comparison = Comparison(outcomes: runs.outcomes, outOfDomain: runs.outOfDomain, rankAt: rankAt, target: real(.target))
    try comparison.check()
    if case .step(let step) = rankAt, let last = comparison.rows.map({ $0.result.headline.step }).min(), last < step {
      throw UsageError.rankBeyondTest(step: step, last: last)
    }
    return (comparison, runs.unfinished)
  }
}
