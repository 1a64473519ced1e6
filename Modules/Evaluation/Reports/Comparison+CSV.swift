import Algorithms
import Tasks

extension Comparison {
  /// The content of results.csv: one line for each task, algorithm, mode, metric and step; a missing number is an empty field.
  ///
  /// A failed run has one line, without rank, mode, metric and step, and with the reason in the last field.
  public var csv: String {
    let titles = [
      "task", "rank", "algorithm", "model", "normalisation", "metric", "step", "mean", "half_width", "median", "finite_mean", "episodes",
      "diverged", "seed", "iterations", "shard_size", "split", "split_fingerprint", "version", "failure",
    ]
    var lines = [titles]
    for group in groups {
      for (place, row) in group.rows.enumerated() {
        for mode in row.result.modes {
          for (measure, points) in mode.curves {
            lines += points.map { row.fields(rank: place + 1, mode: mode.name, metric: measure.id, $0) }
          }
        }
      }
      lines += group.failures.map(\.fields)
    }
    return CSV.text(lines)
  }
}

extension Comparison.Row {
  fileprivate func fields(rank: Int, mode: String, metric: String, _ point: CurvePoint) -> [String] {
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    return [
      experiment.ids.task, "\(rank)", experiment.ids.algorithm, experiment.ids.model, mode, metric, "\(point.step)",
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
