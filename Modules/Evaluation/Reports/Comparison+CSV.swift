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
      for (place, row) in group.rows.enumerated() {
        lines += marked(row.lines(rank: "\(place + 1)"), "in")
      }
      lines += marked(group.failures.map(\.fields), "in")
      for shift in group.shifts {
        lines += marked(shift.outOfDomain.lines(rank: ""), "out")
        let result = shift.inDomain.result
        let point = CurvePoint(step: result.headline.step, estimate: shift.drop, median: nil, diverged: shift.drop?.diverged ?? 0)
        let (mode, metric) = (result.modes[0].name, result.measure.id)
        lines += marked([shift.inDomain.fields(rank: "", mode: mode, metric: metric, point)], "drop")
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
      experiment.ids.task, rank, experiment.ids.algorithm, experiment.ids.model, mode, metric, "\(point.step)",
      text(point.estimate?.mean), text(point.estimate?.halfWidth), text(point.median), text(point.estimate?.finiteMean),
      "\(result.episodes.count)", "\(point.diverged)",
    ] + experiment.fields(result.episodes) + [""]
  }
}

extension Comparison.Failure {
  fileprivate var fields: [String] {
    let (list, none) = (experiment.episodeList, "")
    return [experiment.ids.task, none, experiment.ids.algorithm, experiment.ids.model] + Array(repeating: none, count: 7)
      + ["\(list.count)", none] + experiment.fields(list) + [reason]
  }
}

extension Experiment {
  /// The fields that a result and a failure share, from the seed to the version.
  fileprivate func fields(_ list: EpisodeList) -> [String] {
    [
      "\(training.seed)", "\(training.iterations)", "\(training.shardSize)", list.split.rawValue, list.splitFingerprint,
      FrameworkVersion.current,
    ]
  }
}
