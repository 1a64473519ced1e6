import Registry

/// Nemenyi's test of all pairs of algorithms after Friedman's test.
///
/// Two algorithms are different if their mean ranks over N families differ by at least the critical difference
/// ```
/// CD = q_α · √(k (k + 1) / (6 N))        q_α the 1 − α quantile of the studentised range of k groups, divided by √2
/// ```
/// - SeeAlso: Demšar, "Statistical comparisons of classifiers over multiple data sets", JMLR 7, 2006, section 3.2.2 and table 5.
public struct NemenyiTest: Sendable, Hashable {
  /// The smallest significant difference of mean ranks.
  public let criticalDifference: Double
  /// The p-value of each pair, corrected for all pairs; 1 on the diagonal.
  public let pValues: [[Double]]
  /// Whether each pair is significantly different.
  public let different: [[Bool]]

  /// Tests all pairs.
  ///
  /// - Parameters:
  ///   - friedman: The mean ranks, of at most 200 algorithms.
  ///   - significance: The probability α of finding any difference where there is none.
  public init(_ friedman: FriedmanTest, significance: Double = 0.05) {
    let ranks = friedman.meanRanks
    let k = Double(ranks.count)
    let error = (k * (k + 1) / (6 * Double(friedman.families))).squareRoot()
    let critical = Self.criticalValue(algorithms: ranks.count, significance: significance) * error
    criticalDifference = critical
    pValues = ranks.map { one in
      ranks.map { other in 1 - StudentizedRange.cumulative(abs(one - other) / error * 2.0.squareRoot(), groups: ranks.count) }
    }
    different = ranks.map { one in ranks.map { abs(one - $0) >= critical } }
  }

  /// The critical value of the difference of two mean ranks in standard errors.
  ///
  /// - Parameters:
  ///   - algorithms: The number k of algorithms, 2 to 200.
  ///   - significance: α, above 0 and below 1.
  /// - Returns: q_α: 1.96 for two algorithms, 2.73 for five, at α = 0.05.
  public static func criticalValue(algorithms: Int, significance: Double = 0.05) -> Double {
    StudentizedRange.quantile(1 - significance, groups: algorithms) / 2.0.squareRoot()
  }
}
