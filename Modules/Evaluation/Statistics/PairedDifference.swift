public import TensorCore

/// The comparison of two algorithms by their scores on the same episodes.
///
/// The differences are A's score minus B's, in the unit of the scores. They are negative where A is better if less is better.
/// ```swift
/// let difference = try PairedDifference([0.9, 0.8, 0.7], against: [0.8, 0.8, 0.5], isMoreBetter: true, stream: RandomStream(seed: 1))
/// // difference.superiority: 2 wins, 1 tie, 0 losses; difference.student?.mean: 0.1
/// ```
/// If a score is not finite, no mean exists: the t test, the sign-flip test and the bootstrap are nil, ``diverged`` counts the pairs, and
/// ``superiority`` takes the score for the worst possible.
public struct PairedDifference: Sendable, Hashable {
  /// The number of pairs, n.
  public let count: Int
  /// The number of pairs with a score that is not finite.
  public let diverged: Int
  /// The mean difference with its t interval, p-value and effect size; nil if a pair diverged or its squares overflow.
  public let student: PairedTTest?
  /// The sign-flip permutation test of the mean difference; nil where ``student`` is.
  public let signFlip: SignFlipTest?
  /// The BCa bootstrap interval of the mean difference; nil where ``student`` is.
  public let bootstrap: ConfidenceInterval?
  /// How often A is better: wins, ties, losses, the probability and its interval.
  public let superiority: Superiority

  /// Compares scores with random numbers of their own.
  ///
  /// - Parameters:
  ///   - scores: A's scores, at least two.
  ///   - other: B's scores of the same episodes, in the same order.
  ///   - isMoreBetter: Whether a larger score is better, as for accuracies.
  ///   - stream: The random stream; the same stream gives the same bits.
  /// - Throws: ``PairedDifferenceError`` when the numbers of scores differ or are below two.
  public init(
    _ scores: [Double], against other: [Double], isMoreBetter: Bool, stream: RandomStream
  ) throws(PairedDifferenceError) {
    try Self.validate(scores, other)
    let plan = BootstrapPlan(members: scores.count, stream: stream.child("bootstrap"))
    try self.init(scores, against: other, isMoreBetter: isMoreBetter, plan: plan, stream: stream)
  }

  /// Compares scores with a plan that many comparisons share.
  ///
  /// - Parameters:
  ///   - scores: A's scores, at least two.
  ///   - other: B's scores of the same episodes, in the same order.
  ///   - isMoreBetter: Whether a larger score is better, as for accuracies.
  ///   - plan: Resamples of the pairs.
  ///   - permutations: The number of random sign patterns, where not all are counted.
  ///   - stream: The random stream of the sign patterns; comparisons may share it.
  /// - Precondition: The plan has as many members as there are pairs.
  /// - Throws: ``PairedDifferenceError`` when the numbers of scores differ or are below two.
  /// - Complexity: About 5 ms for 600 pairs, 2000 resamples and 9999 sign patterns.
  public init(
    _ scores: [Double], against other: [Double], isMoreBetter: Bool, plan: BootstrapPlan, permutations: Int = 9999, stream: RandomStream
  ) throws(PairedDifferenceError) {
    try Self.validate(scores, other)
    let pairs = zip(scores, other)
    count = scores.count
    diverged = pairs.reduce(0) { $0 + ($1.0.isFinite && $1.1.isFinite ? 0 : 1) }
    superiority = Superiority(scores, against: other, isMoreBetter: isMoreBetter, plan: plan)
    let differences = pairs.map { $0 - $1 }
    // Each score is rounded to half a unit in its last place.
    let rounding = pairs.reduce(0) { max($0, $1.0.ulp, $1.1.ulp) }
    guard diverged == 0, let student = PairedTTest(differences, rounding: rounding) else {
      student = nil
      signFlip = nil
      bootstrap = nil
      return
    }
    self.student = student
    signFlip = SignFlipTest(differences, permutations: permutations, stream: stream.child("signs"))
    bootstrap = ConfidenceInterval(acceleratedMeanOf: differences, plan: plan)
  }

  private static func validate(_ scores: [Double], _ other: [Double]) throws(PairedDifferenceError) {
    guard scores.count == other.count else { throw .differentCounts(scores.count, other.count) }
    guard scores.count >= 2 else { throw .tooFewPairs(scores.count) }
  }
}

/// Why two lists of scores cannot be compared pair by pair.
public enum PairedDifferenceError: Error, Hashable, CustomStringConvertible {
  /// The lists have different lengths.
  case differentCounts(Int, Int)
  /// There are fewer than two pairs.
  case tooFewPairs(Int)

  public var description: String {
    switch self {
    case .differentCounts(let one, let other):
      "\(one) scores cannot be paired with \(other), expected the scores of the same episodes; test both with the same --episodes and --seed"
    case .tooFewPairs(let count): "\(count) pairs of scores, expected at least 2; test more episodes"
    }
  }
}
