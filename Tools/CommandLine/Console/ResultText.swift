import Algorithms
import Evaluation
import Models
import Tasks

/// The result of one run as a person reads it.
enum ResultText {
  /// A heading, then a table of the adaptation curve for each normalisation mode.
  static func of(_ row: Comparison.Row) -> String {
    let experiment = row.experiment
    let episodes = row.result.episodes
    let algorithm = type(of: experiment.algorithm).card.id
    let model = type(of: experiment.learner.model).card.id
    let heading = """
      \(algorithm) on \(episodes.task): model \(model), \(experiment.training.iterations) iterations, seed \(experiment.training.seed)
      \(episodes.count) episodes of \(episodes.split.rawValue), split \(episodes.splitFingerprint); mean ± 95% interval over episodes
      """
    return ([heading] + row.result.modes.map(table)).joined(separator: "\n\n")
  }

  private static func table(_ mode: ModeResult) -> String {
    let losses = mode.lossCurve
    let accuracies = mode.accuracyCurve
    var head = ["steps"]
    if accuracies != nil { head.append("accuracy") }
    head += ["loss", "median loss", "diverged"]
    let rows = losses.enumerated().map { step, loss in
      var cells = ["\(loss.step)"]
      if let accuracies { cells.append(percent(accuracies[step])) }
      return cells + [number(loss), loss.median?.significant(4) ?? "-", "\(loss.diverged)"]
    }
    let title = mode.name == "none" ? "" : "normalisation \(mode.name):\n"
    return title + TextTable(rows: [head] + rows, flushRight: Set(head.indices)).text
  }

  private static func percent(_ point: CurvePoint) -> String {
    guard let estimate = point.estimate, let mean = estimate.mean, let half = estimate.halfWidth else { return "-" }
    return "\((100 * mean).fixed(2))% ± \((100 * half).fixed(2))%"
  }

  private static func number(_ point: CurvePoint) -> String {
    guard let estimate = point.estimate, let mean = estimate.mean, let half = estimate.halfWidth else { return "-" }
    return "\(mean.fixed(4)) ± \(half.fixed(4))"
  }
}
