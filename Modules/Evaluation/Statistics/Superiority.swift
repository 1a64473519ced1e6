import Registry

/// How often one algorithm is better than another on the same episode.
///
/// ```
/// P(A better than B) = (wins + ties / 2) / n
/// ```
/// A score that is not finite is the worst possible: it loses against every finite score and ties with another one that is not finite.
/// - SeeAlso: Bouthillier et al., "Accounting for variance in machine learning benchmarks", MLSys 2021,
///   <https://arxiv.org/abs/2103.03098>. Ties count one half here, so that P(A better) + P(B better) = 1.
public struct Superiority: Sendable, Hashable {
  /// The number of pairs where A is better.
  public let wins: Int
  /// The number of pairs without a difference.
  public let ties: Int
  /// The number of pairs where B is better.
  public let losses: Int
  /// The probability that A is better, in 0...1; 0.5 without a difference.
  public let probability: Double
  /// Its 95% percentile interval over resampled pairs.
  public let interval: ConfidenceInterval

  /// Whether the advantage is neither chance nor small: the interval lies above 0.5, and the probability is at least 0.75.
  ///
  /// This is stricter than the region of Bouthillier et al., where the interval lies above 0.5 and its upper end is above 0.75.
  public var isMeaningful: Bool { interval.lower > 0.5 && probability >= 0.75 }

  /// Compares scores pair by pair.
  ///
  /// - Parameters:
  ///   - scores: A's scores, at least one.
  ///   - other: B's scores of the same episodes, in the same order.
  ///   - isMoreBetter: Whether a larger score is better, as for accuracies.
  ///   - plan: Resamples of the pairs.
  public init(_ scores: [Double], against other: [Double], isMoreBetter: Bool, plan: BootstrapPlan) {
    require(!scores.isEmpty && scores.count == other.count, "a comparison of \(scores.count) scores with \(other.count)")
    let sign: Double = isMoreBetter ? 1 : -1
    let outcomes = zip(scores, other).map { one, two -> Double in
      let (one, two) = (one.isFinite ? sign * one : -.infinity, two.isFinite ? sign * two : -.infinity)
      return one > two ? 1 : one == two ? 0.5 : 0
    }
    let wins = outcomes.reduce(0) { $0 + ($1 == 1 ? 1 : 0) }
    let ties = outcomes.reduce(0) { $0 + ($1 == 0.5 ? 1 : 0) }
    self.init(
      wins: wins, ties: ties, losses: scores.count - wins - ties,
      interval: ConfidenceInterval(percentilesOf: plan.means(outcomes).sorted()))
  }

  private init(wins: Int, ties: Int, losses: Int, interval: ConfidenceInterval) {
    self.wins = wins
    self.ties = ties
    self.losses = losses
    probability = (Double(wins) + Double(ties) / 2) / Double(wins + ties + losses)
    self.interval = interval
  }

  /// The same comparison from B's side.
  public var reversed: Superiority {
    Superiority(
      wins: losses, ties: ties, losses: wins,
      interval: ConfidenceInterval(lower: 1 - interval.upper, upper: 1 - interval.lower))
  }
}
