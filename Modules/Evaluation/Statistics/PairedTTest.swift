import Registry

/// Student's t test of paired differences, with the interval of their mean and the effect size.
///
/// ```
/// t = mean / (s / √n)        s² = Σ (dᵢ − mean)² / (n − 1), with n − 1 degrees of freedom
/// d_z = mean / s
/// ```
/// The test assumes differences that are about normal, or many of them.
/// - SeeAlso: Student, "The probable error of a mean", Biometrika 6, 1908; Cohen, Statistical Power Analysis for the Behavioral
///   Sciences, 2nd edition, 1988, section 2.3.5 (d_z).
public struct PairedTTest: Sendable, Hashable {
  /// The mean difference, in the unit of the scores.
  public let mean: Double
  /// The standard deviation s of the differences.
  public let standardDeviation: Double
  /// The 95% interval of the mean.
  public let interval: ConfidenceInterval
  /// The two-sided p-value; 1 if all differences are zero, 0 if they are equal and not zero.
  public let pValue: Double
  /// Cohen's d of paired differences; nil if they do not vary.
  public let effectSize: Double?

  /// Tests differences; nil if their squares overflow.
  ///
  /// - Parameters:
  ///   - differences: Finite differences, at least two.
  ///   - rounding: The rounding error of a difference; a standard deviation up to it counts as zero.
  public init?(_ differences: [Double], rounding: Double = 0) {
    require(differences.count >= 2, "a t test of \(differences.count) differences, expected at least 2")
    let moments = Moments(differences)
    guard moments.isFinite else { return nil }
    let deviation = moments.variance.squareRoot()
    let varies = deviation > rounding
    mean = moments.mean
    standardDeviation = varies ? deviation : 0
    interval = ConfidenceInterval(mean: moments.mean, variance: varies ? moments.variance : 0, count: differences.count)
    if varies {
      let statistic = moments.mean / (deviation / Double(differences.count).squareRoot())
      pValue = StudentT.twoSidedTail(statistic, freedom: Double(differences.count - 1))
      effectSize = moments.mean / deviation
    } else {
      pValue = abs(moments.mean) <= rounding ? 1 : 0
      effectSize = nil
    }
  }
}
