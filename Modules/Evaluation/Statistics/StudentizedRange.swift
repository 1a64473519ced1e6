import Registry

/// The distribution of the range of k independent standard normal numbers: Tukey's studentised range with infinite degrees of freedom.
///
/// ```
/// P(Q ≤ q) = k ∫ φ(z) [Φ(z) − Φ(z − q)]^(k−1) dz
/// ```
/// The trapezoidal rule with step 0.05 on −8.5...8.5 integrates it. The integrand is analytic and decays as exp(−z²/2), so the error of the
/// rule is below 1e-14 for k up to 200.
/// - SeeAlso: Lund and Lund, "Algorithm AS 190: probabilities and upper quantiles for the studentized range", Applied Statistics 32, 1983;
///   Trefethen and Weideman, "The exponentially convergent trapezoidal rule", SIAM Review 56, 2014.
public enum StudentizedRange {
  /// The distribution function.
  ///
  /// - Parameters:
  ///   - q: The range in standard deviations.
  ///   - groups: The number k of normal numbers.
  /// - Returns: The probability of a range up to q.
  /// - Precondition: 2 to 200 groups.
  public static func cumulative(_ q: Double, groups: Int) -> Double {
    require((2...200).contains(groups), "the studentised range of \(groups) groups, expected 2 to 200")
    require(!q.isNaN, "the studentised range at NaN")
    if q <= 0 { return 0 }
    let step = 0.05
    var sum = 0.0
    for node in -170...170 {
      let z = step * Double(node)
      let width = NormalDistribution.cumulative(z) - NormalDistribution.cumulative(z - q)
      sum += NormalDistribution.density(z) * integerPower(width, groups - 1)
    }
    return min(Double(groups) * step * sum, 1)
  }

  /// The inverse of the distribution function.
  ///
  /// - Parameters:
  ///   - probability: p, above 0 and below 1.
  ///   - groups: The number k of normal numbers.
  /// - Returns: The range q with P(Q ≤ q) = p: 2.77 for two groups and p = 0.95.
  /// - Precondition: 2 to 200 groups.
  public static func quantile(_ probability: Double, groups: Int) -> Double {
    require(probability > 0 && probability < 1, "a quantile of the studentised range for the probability \(probability)")
    var high = 4.0
    while cumulative(high, groups: groups) < probability, high < 32 { high *= 2 }
    return root(from: 0, to: high) { cumulative($0, groups: groups) - probability }
  }

  /// A power with the same bits on every platform.
  private static func integerPower(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }
}
