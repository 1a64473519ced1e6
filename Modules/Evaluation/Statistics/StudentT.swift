import Registry

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Student's t distribution with ν degrees of freedom, a positive real number.
///
/// Up to 10,000 degrees of freedom, the regularised incomplete beta function I is used, beyond Hill's normal approximation:
/// ```
/// P(|T| > t) = I_x(ν/2, 1/2)        x = ν / (ν + t²)
/// P(|T| > t) = 2 Φ(−√y (1 + (y + 3 − (0.4y³ + 3.3y² + 24y + 85.5) / (0.8y² + 100 + b)) / b))
///              y = a ln(1 + t²/ν), a = ν − 1/2, b = 48a²
/// ```
/// - SeeAlso: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.1; Hill, "Algorithm 395: Student's t-distribution",
///   Communications of the ACM 13, 1970.
public enum StudentT {
  /// The distribution function.
  ///
  /// - Parameters:
  ///   - t: The value.
  ///   - freedom: Degrees of freedom ν; ∞ and more than 1e10 mean the normal distribution.
  /// - Returns: The probability of a value up to t.
  /// - Precondition: ν is positive.
  public static func cumulative(_ t: Double, freedom: Double) -> Double {
    let tail = twoSidedTail(t, freedom: freedom) / 2
    return t < 0 ? tail : 1 - tail
  }

  /// The p-value of a two-sided test.
  ///
  /// - Parameters:
  ///   - t: The statistic.
  ///   - freedom: Degrees of freedom ν; ∞ and more than 1e10 mean the normal distribution.
  /// - Returns: The probability of |T| > |t|; 0 for ±∞.
  /// - Precondition: ν is positive.
  public static func twoSidedTail(_ t: Double, freedom: Double) -> Double {
    require(freedom > 0, "Student's t with \(freedom) degrees of freedom")
    require(!t.isNaN, "Student's t distribution at NaN")
    if t.isInfinite { return 0 }
    if freedom > 1e10 { return 2 * NormalDistribution.cumulative(-abs(t)) }
    if freedom > 10_000 {
      let a = freedom - 0.5
      let b = 48 * a * a
      let y = a * log1p(t / freedom * t)
      if y.isInfinite { return 0 }
      let correction = y + 3 - (((0.4 * y + 3.3) * y + 24) * y + 85.5) / (0.8 * y * y + 100 + b)
      return 2 * NormalDistribution.cumulative(-y.squareRoot() * (1 + correction / b))
    }
    // The square of t may overflow; then x is 0 and y is 1.
    let ratio = t / freedom.squareRoot()
    let square = ratio * ratio
    let x = 1 / (1 + square)
    let y = square.isInfinite ? 1 : square / (1 + square)
    return incompleteBeta(x, complement: y, freedom / 2, 0.5)
  }

  /// The value t with P(T ≤ t) = p.
  ///
  /// - Parameters:
  ///   - probability: p, in 0...1.
  ///   - freedom: Degrees of freedom ν; ∞ and more than 1e10 mean the normal distribution.
  /// - Returns: t, to about 1e-13 relative; −∞ for p = 0 and ∞ for p = 1.
  /// - Precondition: ν is positive.
  public static func quantile(_ probability: Double, freedom: Double) -> Double {
    require(freedom > 0, "Student's t with \(freedom) degrees of freedom")
    require(probability >= 0 && probability <= 1, "a quantile of Student's t for the probability \(probability)")
    if freedom > 1e10 { return NormalDistribution.quantile(probability) }
    let tail = 2 * min(probability, 1 - probability)
    if tail == 0 { return probability == 0 ? -.infinity : .infinity }
    if tail == 1 { return 0 }
    // The tails are heavier than the normal ones, so the normal quantile bounds t from below.
    var low = -NormalDistribution.quantile(tail / 2)
    var high = 2 * low
    while twoSidedTail(high, freedom: freedom) > tail, high < .greatestFiniteMagnitude { (low, high) = (high, 2 * high) }
    if high.isInfinite { return probability < 0.5 ? -.infinity : .infinity }
    let t = root(from: low * (1 - 1e-9), to: high) { twoSidedTail($0, freedom: freedom) - tail }
    return probability < 0.5 ? -t : t
  }
}

/// The 97.5% quantile of Student's t distribution: half a 95% interval in standard errors.
///
/// - Parameter freedom: Degrees of freedom ν.
/// - Returns: The number of standard errors: 12.7 for one degree of freedom, 1.96 for many.
/// - Precondition: At least one degree of freedom.
package func studentQuantile(freedom: Int) -> Double {
  require(freedom >= 1, "Student's t with \(freedom) degrees of freedom")
  return StudentT.quantile(0.975, freedom: Double(freedom))
}
