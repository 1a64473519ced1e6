/// A mean over episodes with its 95% interval.
///
/// ```
/// mean ± 1.96 · s / √n        s² = Σ (xᵢ − mean)² / (n − 1)
/// ```
/// If a score is not finite, mean and interval are nil, and ``diverged`` counts it. ``finiteMean`` is the mean of the others.
public struct Estimate: Sendable, Hashable {
  /// The mean, in the unit of the scores (accuracies are fractions in 0...1); nil if a score is not finite.
  public let mean: Double?
  /// Half the 95% interval, in the same unit; nil if a score is not finite.
  public let halfWidth: Double?
  /// The number of scores, n, including those that are not finite.
  public let count: Int
  /// The number of scores that are not finite.
  public let diverged: Int
  /// The mean of the finite scores; nil if there are none.
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

  /// Restores a recorded estimate.
  init(mean: Double?, halfWidth: Double?, count: Int, diverged: Int, finiteMean: Double?) {
    self.mean = mean
    self.halfWidth = halfWidth
    self.count = count
    self.diverged = diverged
    self.finiteMean = finiteMean
  }

  /// The mean; it does not overflow for large scores.
  private static func average(_ scores: [Double]) -> Double {
    let count = Double(scores.count)
    let sum = scores.reduce(0, +)
    return sum.isFinite ? sum / count : scores.reduce(0) { $0 + $1 / count }
  }
}
