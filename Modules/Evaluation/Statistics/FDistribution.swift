import Registry

/// Fisher and Snedecor's F distribution with d₁ and d₂ degrees of freedom.
public enum FDistribution {
  /// The distribution function.
  ///
  /// ```
  /// P(F ≤ f) = I_x(d₁/2, d₂/2)        x = d₁ f / (d₁ f + d₂), I the regularised incomplete beta function
  /// ```
  /// - Parameters:
  ///   - f: The value, not negative.
  ///   - numerator: Degrees of freedom d₁, positive.
  ///   - denominator: Degrees of freedom d₂, positive.
  /// - Returns: The probability of a value up to f.
  /// - SeeAlso: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.6.2.
  public static func cumulative(_ f: Double, numerator: Double, denominator: Double) -> Double {
    let (x, y) = limits(f, numerator, denominator)
    return incompleteBeta(x, complement: y, numerator / 2, denominator / 2)
  }

  /// The p-value of an F test, without the cancellation of 1 − P(F ≤ f).
  ///
  /// - Parameters:
  ///   - f: The statistic, not negative.
  ///   - numerator: Degrees of freedom d₁, positive.
  ///   - denominator: Degrees of freedom d₂, positive.
  /// - Returns: The probability of a value above f; 0 for ∞.
  public static func upperTail(_ f: Double, numerator: Double, denominator: Double) -> Double {
    let (x, y) = limits(f, numerator, denominator)
    return incompleteBeta(y, complement: x, denominator / 2, numerator / 2)
  }

  private static func limits(_ f: Double, _ numerator: Double, _ denominator: Double) -> (x: Double, y: Double) {
    require(f >= 0, "the F distribution at \(f)")
    require(
      numerator > 0 && denominator > 0 && numerator.isFinite && denominator.isFinite,
      "the F distribution with \(numerator) and \(denominator) degrees of freedom")
    let ratio = f * numerator / denominator
    return ratio.isInfinite ? (1, 0) : (ratio / (1 + ratio), 1 / (1 + ratio))
  }
}
