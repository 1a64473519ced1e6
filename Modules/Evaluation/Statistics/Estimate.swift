/// A mean over episodes with its 95% interval.
///
/// ```
/// mean ± 1.96 · s / √n        s² = Σ (xᵢ − mean)² / (n − 1)
/// ```
/// A score that is not finite is neither dropped nor averaged: it makes mean and interval nil and is counted. What the finite
/// scores say stands beside, in ``finiteMean``.
public struct Estimate: Sendable, Hashable {
  /// The mean, a fraction in 0...1 for accuracies; nil where a score is not finite.
  public let mean: Double?
  /// Half the 95% interval, same unit; nil where a score is not finite.
  public let halfWidth: Double?
  /// The number of scores, n, those that are not finite included.
  public let count: Int
  /// Scores that are not finite.
  public let diverged: Int
  /// The mean of the finite scores; nil where there is none.
  public let finiteMean: Double?

  /// Summarises scores.
  ///
  /// - Returns: nil below two scores, where no interval exists.
  public init?(_ scores: [Double]) {
    guard scores.count >= 2 else { return nil }
    let finite = scores.filter(\.isFinite)
    count = scores.count
    diverged = scores.count - finite.count
    let average = finite.isEmpty ? nil : Self.average(finite)
    finiteMean = average
    guard finite.count == scores.count, let average else {
      mean = nil
      halfWidth = nil
      return
    }
    let squares = finite.reduce(0) { $0 + ($1 - average) * ($1 - average) }
    let variance = squares / Double(count - 1)
    mean = average
    halfWidth = 1.96 * (variance / Double(count)).squareRoot()
  }

  /// The mean, by sums that do not overflow where the scores are large.
  private static func average(_ scores: [Double]) -> Double {
    let count = Double(scores.count)
    let sum = scores.reduce(0, +)
    return sum.isFinite ? sum / count : scores.reduce(0) { $0 + $1 / count }
  }
}
