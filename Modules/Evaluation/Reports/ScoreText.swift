package import Tasks

/// Formats the scores of a measure: multiplied by the measure's factor, with its unit in the title.
package struct ScoreText {
  /// What the scores measure.
  let measure: Measure

  /// Creates a format for a measure.
  package init(_ measure: Measure) { self.measure = measure }

  /// The title of a column of scores: "accuracy %" or "loss".
  var name: String { measure.unit.isEmpty ? measure.id : "\(measure.id) \(measure.unit)" }

  /// The name within a sentence: "accuracy in %".
  var phrase: String { measure.unit.isEmpty ? measure.id : "\(measure.id) in \(measure.unit)" }

  /// Decimals that show 1/10000 of an unscaled score: 4 for a factor of 1, 2 for percent.
  private var digits: Int {
    var (digits, factor) = (4, measure.factor.magnitude)
    while factor >= 10, digits > 0 { (digits, factor) = (digits - 1, factor / 10) }
    while factor < 1, digits < 6 { (digits, factor) = (digits + 1, factor * 10) }
    return digits
  }

  /// A score; "-" for nil.
  func text(_ value: Double?) -> String { fixed(value.map { measure.factor * $0 }, digits) }

  /// A mean with half its interval: "0.6700 ± 0.0312".
  ///
  /// If episodes diverged, there is no mean: "median 0.6700, 2 diverged", or "- (5 diverged)" if there is no median either.
  func text(_ point: CurvePoint) -> String {
    guard point.diverged > 0 else { return text(point.estimate) }
    return point.median.map { "median \(text($0)), \(point.diverged) diverged" } ?? "- (\(point.diverged) diverged)"
  }

  /// A mean without its interval; "-" if an episode diverged.
  func mean(_ point: CurvePoint) -> String { text(point.estimate?.mean) }

  /// A mean with half its interval; "-" for nil, and the number of diverged scores if there are any.
  func text(_ estimate: Estimate?) -> String {
    guard let estimate else { return "-" }
    guard let mean = estimate.mean else { return "- (\(estimate.diverged) diverged)" }
    return "\(text(mean)) ± \(text(estimate.halfWidth))"
  }

  /// A signed difference with half its interval: "+0.1200 ± 0.0200"; "-" if an episode diverged, empty for nil.
  func signed(_ estimate: Estimate?) -> String {
    guard let estimate else { return "" }
    guard let mean = estimate.mean else { return "-" }
    return "\(mean < 0 ? "" : "+")\(text(mean)) ± \(text(estimate.halfWidth))"
  }

  /// Name, score and unit with one decimal fewer, for a progress line: "accuracy 93.5%".
  package func brief(_ value: Double) -> String {
    "\(measure.id) \(fixed(measure.factor * value, max(0, digits - 1)))\(measure.unit)"
  }
}
