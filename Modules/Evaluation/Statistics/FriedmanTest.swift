/// Friedman's test of k algorithms over N task families, in the F form of Iman and Davenport.
///
/// Each family ranks the algorithms, the best first; ties share the mean of their ranks. With Rⱼ the mean rank of algorithm j and rᵢⱼ all
/// ranks,
/// ```
/// χ² = N² (k − 1) Σⱼ (Rⱼ − (k + 1)/2)² / Σᵢⱼ (rᵢⱼ − (k + 1)/2)²
/// F  = (N − 1) χ² / (N (k − 1) − χ²)        with k − 1 and (k − 1)(N − 1) degrees of freedom
/// ```
/// Without ties χ² is 12N/(k(k + 1)) · (Σ Rⱼ² − k(k + 1)²/4), as Demšar writes it; the form above also corrects for ties. A score that is not
/// finite ranks as the worst.
/// - SeeAlso: Demšar, "Statistical comparisons of classifiers over multiple data sets", JMLR 7, 2006, section 3.2.2; Iman and Davenport,
///   Communications in Statistics 9, 1980; Conover, Practical Nonparametric Statistics, 3rd edition, 1999, section 5.8.
public struct FriedmanTest: Sendable, Hashable {
  /// The number of task families, N.
  public let families: Int
  /// The mean rank of each algorithm, in 1...k; 1 is the best.
  public let meanRanks: [Double]
  /// Friedman's statistic.
  public let chiSquare: Double
  /// Iman and Davenport's statistic; infinite if all families rank alike.
  public let statistic: Double
  /// The probability of so large a statistic without differences.
  ///
  /// It is 1 if every family ties all algorithms. If all families rank alike, it is (1/k!)^(N − 1), the fraction of rankings that do so.
  public let pValue: Double

  /// The smallest number of families; with fewer, rank tests find hardly anything.
  public static let smallestFamilyCount = 5

  /// Ranks the algorithms in each family and tests the ranks.
  ///
  /// - Parameters:
  ///   - scores: For each family, one score for each algorithm.
  ///   - isMoreBetter: Whether a larger score is better in each family.
  /// - Throws: ``FriedmanTestError`` for fewer than five families, fewer than two algorithms, or rows of different lengths.
  public init(_ scores: [[Double]], isMoreBetter: Bool) throws(FriedmanTestError) {
    try self.init(scores, isMoreBetter: [Bool](repeating: isMoreBetter, count: scores.count))
  }

  /// Ranks the algorithms in families of different measures and tests the ranks.
  ///
  /// - Parameters:
  ///   - scores: For each family, one score for each algorithm.
  ///   - isMoreBetter: For each family, whether a larger score is better.
  /// - Throws: ``FriedmanTestError`` for fewer than five families, fewer than two algorithms, or rows of different lengths.
  public init(_ scores: [[Double]], isMoreBetter: [Bool]) throws(FriedmanTestError) {
    let count = scores.first?.count ?? 0
    guard scores.count >= Self.smallestFamilyCount else { throw .tooFewFamilies(scores.count) }
    guard count >= 2 else { throw .tooFewAlgorithms(count) }
    guard isMoreBetter.count == scores.count else { throw .directions(isMoreBetter.count, families: scores.count) }
    if let family = scores.firstIndex(where: { $0.count != count }) {
      throw .unevenFamily(family, algorithms: scores[family].count, expected: count)
    }
    let ranks = zip(scores, isMoreBetter).map { averageRanks($0, isMoreBetter: $1) }
    let (n, k) = (Double(scores.count), Double(count))
    let middle = (k + 1) / 2
    let means = (0..<count).map { algorithm in ranks.reduce(0) { $0 + $1[algorithm] } / n }
    let between = means.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
    let total = ranks.reduce(0) { $1.reduce($0) { $0 + ($1 - middle) * ($1 - middle) } }
    families = scores.count
    meanRanks = means
    if total == 0 {
      (chiSquare, statistic, pValue) = (0, 0, 1)
    } else if ranks.allSatisfy({ $0 == ranks[0] }) {
      let rankings = (2...count).reduce(1.0) { $0 * Double($1) }
      (chiSquare, statistic) = (n * (k - 1), .infinity)
      pValue = (1..<scores.count).reduce(1.0) { product, _ in product / rankings }
    } else {
      chiSquare = n * n * (k - 1) * between / total
      statistic = (n - 1) * chiSquare / (n * (k - 1) - chiSquare)
      pValue = FDistribution.upperTail(statistic, numerator: k - 1, denominator: (k - 1) * (n - 1))
    }
  }
}

/// Ranks scores.
///
/// - Parameters:
///   - scores: The scores; those that are not finite tie as the worst.
///   - isMoreBetter: Whether a larger score is better.
/// - Returns: The rank of each score: 1 for the best, and the mean of their ranks for ties.
public func averageRanks(_ scores: [Double], isMoreBetter: Bool) -> [Double] {
  let worth = scores.map { $0.isFinite ? (isMoreBetter ? $0 : -$0) : -.infinity }
  return worth.map { own in
    let (better, equal) = worth.reduce((0, 0)) { ($0.0 + ($1 > own ? 1 : 0), $0.1 + ($1 == own ? 1 : 0)) }
    return Double(better) + Double(equal + 1) / 2
  }
}

/// Why algorithms cannot be ranked over families.
public enum FriedmanTestError: Error, Hashable, CustomStringConvertible {
  /// There are fewer than five families.
  case tooFewFamilies(Int)
  /// There are fewer than two algorithms.
  case tooFewAlgorithms(Int)
  /// A family, by its index, has another number of algorithms than the first one.
  case unevenFamily(Int, algorithms: Int, expected: Int)
  /// The number of directions is not that of families.
  case directions(Int, families: Int)

  public var description: String {
    switch self {
    case .tooFewFamilies(let count):
      "\(count) task families, expected at least \(FriedmanTest.smallestFamilyCount) to rank algorithms over them; compare pairs in each family"
    case .tooFewAlgorithms(let count): "\(count) algorithms, expected at least 2; add one to compare with"
    case .unevenFamily(let family, let count, let expected):
      "family \(family) has scores of \(count) algorithms, expected \(expected) as in family 0; test every algorithm in every family"
    case .directions(let count, let families): "\(count) directions for \(families) families, expected one for each"
    }
  }
}
