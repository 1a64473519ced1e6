/// A 95% interval with ends of its own, as resampling gives.
public struct ConfidenceInterval: Sendable, Hashable {
  /// The lower end, in the unit of the estimate.
  public let lower: Double
  /// The upper end, in the unit of the estimate.
  public let upper: Double

  /// Creates an interval.
  public init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// Whether a number lies inside, the ends included.
  public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

  /// The interval of Student's t around a mean.
  ///
  /// ```
  /// mean ± t · √(s²/n)        t the 97.5% quantile with n − 1 degrees of freedom
  /// ```
  init(mean: Double, variance: Double, count: Int) {
    let halfWidth = studentQuantile(freedom: count - 1) * (variance / Double(count)).squareRoot()
    self.init(lower: mean - halfWidth, upper: mean + halfWidth)
  }

  /// The percentile interval: the 2.5% and 97.5% quantiles of bootstrap replicates.
  ///
  /// - Parameter sorted: The replicates in ascending order; at least one.
  /// - SeeAlso: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3.
  init(percentilesOf sorted: [Double]) {
    self.init(lower: quantile(0.025, ofSorted: sorted), upper: quantile(0.975, ofSorted: sorted))
  }
}

/// The p-quantile of B numbers.
///
/// - Parameters:
///   - probability: p, in 0...1; ranks outside 1...B give the first or last number.
///   - sorted: The numbers in ascending order; at least one.
/// - Returns: The number with rank p (B + 1), interpolated between neighbours.
/// - SeeAlso: Hyndman and Fan, "Sample quantiles in statistical packages", The American Statistician 50, 1996, definition 6;
///   Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 2.4.
func quantile(_ probability: Double, ofSorted sorted: [Double]) -> Double {
  let rank = min(max(probability * Double(sorted.count + 1), 1), Double(sorted.count))
  let below = Int(rank)
  let (first, second) = (sorted[below - 1], sorted[min(below, sorted.count - 1)])
  let fraction = rank - Double(below)
  return first.isInfinite || fraction == 0 ? first : first + fraction * (second - first)
}
