/// How scores are printed: losses as they are, accuracies in percent.
struct ScoreText {
  let isAccuracy: Bool

  /// "accuracy %" or "loss".
  var name: String { isAccuracy ? "accuracy %" : "loss" }

  /// A score.
  func text(_ value: Double?) -> String { fixed(value.map { isAccuracy ? 100 * $0 : $0 }, isAccuracy ? 2 : 4) }

  /// A mean with half its interval: "0.6700 ± 0.0312".
  ///
  /// Where episodes diverged there is no mean: "- (2 diverged, the others 0.6700)".
  func text(_ point: CurvePoint) -> String {
    guard let estimate = point.estimate else { return "-" }
    guard let mean = estimate.mean else { return "- (\(estimate.diverged) diverged, the others \(text(estimate.finiteMean)))" }
    return "\(text(mean)) ± \(text(estimate.halfWidth))"
  }

  /// A signed difference with half its interval: "+0.1200 ± 0.0200"; "-" where an episode diverged, nothing for nil.
  func signed(_ estimate: Estimate?) -> String {
    guard let estimate else { return "" }
    guard let mean = estimate.mean else { return "-" }
    return "\(mean < 0 ? "" : "+")\(text(mean)) ± \(text(estimate.halfWidth))"
  }
}
