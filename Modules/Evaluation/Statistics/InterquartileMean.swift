import Registry
public import TensorCore

/// The mean of the middle half of scaled scores of all tasks and seeds, with its interval.
///
/// Of n scores, ⌊n/4⌋ on each side are left out. The measure resists outliers better than the mean and uses more scores than the median.
/// The interval comes from a stratified bootstrap: in each replicate, the scores of each task are resampled on their own.
///
/// Larger scores are better, as on a ``ScoreScale``. A score that is not finite ranks as the worst.
/// - SeeAlso: Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice", NeurIPS 2021, sections 4.1 and 4.3,
///   <https://arxiv.org/abs/2108.13264>.
public struct InterquartileMean: Sendable, Hashable {
  /// The interquartile mean, in the unit of the scaled scores; nil if scores of the middle half are not finite.
  public let value: Double?
  /// Its 95% percentile interval; nil if an end is not finite.
  public let interval: ConfidenceInterval?
  /// The number of tasks.
  public let tasks: Int
  /// The number of scores that are not finite.
  public let diverged: Int

  /// Summarises the scores of one algorithm; nil if there is no task, or a task without a score.
  ///
  /// - Parameters:
  ///   - scores: For each task, the scaled scores of its seeds.
  ///   - resamples: The number of replicates, at least 1.
  ///   - stream: The random stream; the same stream gives the same interval.
  public init?(_ scores: [[Double]], resamples: Int = 2000, stream: RandomStream) {
    guard !scores.isEmpty, scores.allSatisfy({ !$0.isEmpty }) else { return nil }
    tasks = scores.count
    diverged = scores.reduce(0) { $0 + $1.count { !$0.isFinite } }
    let ranked = scores.map { $0.map { $0.isFinite ? $0 : -.infinity } }
    var flat = ranked.flatMap(\.self)
    let value = flat.withUnsafeMutableBufferPointer(Self.middleMean)
    self.value = value.isFinite ? value : nil
    let plans = ranked.enumerated().map { BootstrapPlan(members: $1.count, resamples: resamples, stream: stream.child($0)) }
    var replicates = (0..<resamples).map { resample in
      flat.withUnsafeMutableBufferPointer { flat in
        var place = 0
        for (plan, scores) in zip(plans, ranked) {
          plan.withMembers(of: resample) { drawn in
            for member in drawn {
              flat[place] = scores[Int(member)]
              place += 1
            }
          }
        }
        return Self.middleMean(&flat)
      }
    }
    replicates.sort()
    let interval = ConfidenceInterval(percentilesOf: replicates)
    self.interval = interval.lower.isFinite && interval.upper.isFinite ? interval : nil
  }

  /// The mean of the middle half; sorts the scores in place.
  private static func middleMean(_ scores: inout UnsafeMutableBufferPointer<Double>) -> Double {
    scores.sort()
    let left = scores.count / 4
    var sum = 0.0
    for place in left..<scores.count - left { sum += scores[place] }
    return sum / Double(scores.count - 2 * left)
  }
}
