import Algorithms
import Tasks

extension Comparison {
  /// The content of results.csv: one line for each task, algorithm, mode, metric and step; a missing number is an empty field.
  ///
  /// A failed run has one line, without rank, mode, metric and step, and with the reason in the field "failure". After a test of a domain
  /// shift, there is a last field: "in" for lines of the domains of training, "out" for the others, and "drop" for the paired difference.
  public var csv: String {
    let titles = [
      "task", "rank", "algorithm", "model", "normalisation", "metric", "step", "mean", "half_width", "median", "finite_mean", "episodes",
      "diverged", "seed", "iterations", "shard_size", "split", "split_fingerprint", "version", "failure",
    ]
    let isShifted = !outOfDomain.isEmpty
    func marked(_ lines: [[String]], _ mark: String) -> [[String]] { isShifted ? lines.map { $0 + [mark] } : lines }
    var lines = marked([titles], "domains")
    for group in groups {
      for (place, line) in group.lines.enumerated() {
        for row in line.rows { lines += marked(row.lines(rank: "\(place + 1)"), "in") }
      }
      lines += marked(group.failures.map(\.fields), "in")
      for shift in group.shifts {
        for row in shift.outOfDomain.rows { lines += marked(row.lines(rank: ""), "out") }
        let (row, drop) = (shift.inDomain.rows[0], shift.drop)
        let point = CurvePoint(step: shift.inDomain.step, estimate: drop, median: nil, diverged: drop?.diverged ?? 0)
        lines += marked([row.fields(rank: "", mode: row.result.modes[0].name, metric: row.result.measure.id, point)], "drop")
      }
    }
    return CSV.text(lines)
  }
}

extension Comparison.Row {
  /// The lines of all modes, metrics and steps.
  fileprivate func lines(rank: String) -> [[String]] {
    result.modes.flatMap { mode in
      mode.curves.flatMap { measure, points in points.map { fields(rank: rank, mode: mode.name, metric: measure.id, $0) } }
    }
  }

  fileprivate func fields(rank: String, mode: String, metric: String, _ point: CurvePoint) -> [String] {
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    return [
      run.task, rank, run.algorithm, run.model, mode, metric, "\(point.step)",
      text(point.estimate?.mean), text(point.estimate?.halfWidth), text(point.median), text(point.estimate?.finiteMean),
      "\(result.episodes.count)", "\(point.diverged)",
    ] + run.fields(result.episodes) + [""]
  }
}

extension Comparison.Failure {
  fileprivate var fields: [String] {
    let (list, none) = (run.episodes, "")
    return [run.task, none, run.algorithm, run.model] + Array(repeating: none, count: 7)
      + ["\(list.count)", none] + run.fields(list) + [reason]
  }
}

extension RunDescription {
  /// The fields that a result and a failure share, from the seed to the version.
  fileprivate func fields(_ list: EpisodeList) -> [String] {
    [
      "\(seed)", "\(iterations)", setting("training.shardSize") ?? "", list.split.rawValue, list.splitFingerprint,
      FrameworkVersion.current,
    ]
  }
}
