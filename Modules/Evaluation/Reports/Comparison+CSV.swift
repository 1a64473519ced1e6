import Algorithms
import Tasks

extension Comparison {
  /// The content of results.csv: one line for each task, algorithm, mode, metric and step; a missing number is an empty field.
  public var csv: String {
    let titles = [
      "task", "rank", "algorithm", "model", "normalisation", "metric", "step", "mean", "half_width", "median", "finite_mean", "episodes",
      "diverged", "seed", "iterations", "shard_size", "split", "split_fingerprint", "version",
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
    }
    return CSV.text(lines)
  }
}

extension Comparison.Row {
  fileprivate func fields(rank: Int, mode: String, metric: String, _ point: CurvePoint) -> [String] {
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    let (list, training) = (result.episodes, experiment.training)
    return [
      experiment.ids.task, "\(rank)", experiment.ids.algorithm, experiment.ids.model, mode, metric, "\(point.step)",
      text(point.estimate?.mean), text(point.estimate?.halfWidth), text(point.median), text(point.estimate?.finiteMean),
      "\(list.count)", "\(point.diverged)", "\(training.seed)", "\(training.iterations)", "\(training.shardSize)",
      list.split.rawValue, list.splitFingerprint, FrameworkVersion.current,
    ]
  }
}
