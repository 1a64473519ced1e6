/// A common scale for scores of different units: 0 for chance, 1 for the best.
///
/// ```
/// scaled = (score − chance) / (best − chance)
/// ```
/// More is better on this scale, for losses too, whose best is below chance. For example, an accuracy of 0.6 among five classes becomes
/// (0.6 − 0.2) / (1 − 0.2) = 0.5.
/// - SeeAlso: Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice", NeurIPS 2021, section 2,
///   <https://arxiv.org/abs/2108.13264>. They scale to random and human scores.
public struct ScoreScale: Sendable, Hashable {
  /// The score that becomes 0.
  public let chance: Double
  /// The score that becomes 1.
  public let best: Double

  /// Creates a scale.
  ///
  /// - Returns: nil if both scores are equal or one is not finite.
  public init?(chance: Double, best: Double) {
    guard chance.isFinite, best.isFinite, chance != best, (best - chance).isFinite else { return nil }
    self.chance = chance
    self.best = best
  }

  /// A score on the scale; −∞, the worst possible, for one that is not finite.
  public func scaled(_ score: Double) -> Double {
    score.isFinite ? (score - chance) / (best - chance) : -.infinity
  }
}
