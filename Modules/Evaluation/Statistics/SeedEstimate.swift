/// A mean over training seeds with its 95% interval, and how much seeds and episodes vary.
///
/// With mᵢ the mean of seed i over its Eᵢ episodes, for K seeds:
/// ```
/// mean of mᵢ ± t · s / √K        s² = Σ (mᵢ − mean)² / (K − 1), t the 97.5% quantile of Student's t with K − 1 degrees of freedom
/// within² = Σᵢ Σⱼ (xᵢⱼ − mᵢ)² / Σᵢ (Eᵢ − 1)
/// between² = max(0, s² − within² · mean of 1/Eᵢ)
/// ```
/// The interval holds for further seeds with further episodes; more episodes cannot shrink it below between / √K.
/// - SeeAlso: Searle, Casella and McCulloch, Variance Components, 1992, section 3.5 (the ANOVA estimator, here with the harmonic mean for
///   unequal numbers of episodes).
public struct SeedEstimate: Sendable, Hashable {
  /// The mean over seeds, in the unit of the scores; nil if a score is not finite.
  public let mean: Double?
  /// The 95% interval of the mean; nil if a score is not finite.
  public let interval: ConfidenceInterval?
  /// The number of seeds, K.
  public let seeds: Int
  /// The number of scores that are not finite.
  public let diverged: Int
  /// The mean of each seed, in the given order; nil for a seed with a score that is not finite.
  public let seedMeans: [Double?]
  /// The variance s² of the means of the seeds; nil if a score is not finite.
  public let varianceOfMeans: Double?
  /// The variance between seeds without that of episodes, 0 if episodes explain all of s²; nil as ``varianceWithin``.
  public let varianceBetween: Double?
  /// The variance of episodes within a seed; nil if no seed has two episodes, or if a score is not finite.
  public let varianceWithin: Double?

  /// Summarises the scores of several seeds; nil below two seeds, where no interval exists, or if a seed has no score.
  ///
  /// - Parameter scores: For each seed, its scores; at least one for each.
  public init?(_ scores: [[Double]]) {
    guard scores.count >= 2, scores.allSatisfy({ !$0.isEmpty }) else { return nil }
    seeds = scores.count
    diverged = scores.reduce(0) { $0 + $1.count { !$0.isFinite } }
    let moments = scores.map(Moments.init)
    seedMeans = moments.map { $0.mean.isFinite ? $0.mean : nil }
    let overall = Moments(moments.map(\.mean))
    guard diverged == 0, overall.isFinite, moments.allSatisfy(\.isFinite) else {
      (mean, interval, varianceOfMeans, varianceBetween, varianceWithin) = (nil, nil, nil, nil, nil)
      return
    }
    mean = overall.mean
    varianceOfMeans = overall.variance
    interval = ConfidenceInterval(mean: overall.mean, variance: overall.variance, count: scores.count)
    let freedom = moments.reduce(0) { $0 + $1.count - 1 }
    guard freedom > 0 else {
      (varianceBetween, varianceWithin) = (nil, nil)
      return
    }
    let within = moments.reduce(0) { $0 + $1.squares } / Double(freedom)
    let share = moments.reduce(0) { $0 + 1 / Double($1.count) } / Double(scores.count)
    varianceWithin = within
    varianceBetween = max(0, overall.variance - within * share)
  }
}
