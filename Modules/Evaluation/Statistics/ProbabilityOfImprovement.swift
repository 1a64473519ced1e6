import Registry
public import TensorCore

/// How likely a run of one algorithm is better than a run of another on the same task, averaged over tasks.
///
/// ```
/// P(X > Y) = mean over tasks of Σᵢ Σⱼ S(xᵢ, yⱼ) / (K L)        S = 1 if xᵢ is better, 1/2 for a tie, else 0
/// ```
/// xᵢ and yⱼ are the scores of all seeds on the task; seeds are not paired. The interval comes from a stratified bootstrap: in each
/// replicate, the scores of each task and algorithm are resampled on their own. A score that is not finite is the worst possible.
/// - SeeAlso: Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice", NeurIPS 2021, section 4.3,
///   <https://arxiv.org/abs/2108.13264>; Mann and Whitney, The Annals of Mathematical Statistics 18, 1947.
public struct ProbabilityOfImprovement: Sendable, Hashable {
  /// The probability, in 0...1; 0.5 without a difference.
  public let value: Double
  /// Its 95% percentile interval.
  public let interval: ConfidenceInterval
  /// The probability for each task, in the given order.
  public let values: [Double]

  /// Compares two algorithms; nil if there is no task, the numbers of tasks differ, or a task has no score.
  ///
  /// - Parameters:
  ///   - scores: For each task, the first algorithm's scores of its seeds.
  ///   - other: For each task, the second algorithm's scores.
  ///   - isMoreBetter: Whether a larger score is better; true for scaled scores.
  ///   - resamples: The number of replicates, at least 1.
  ///   - stream: The random stream; the same stream gives the same interval.
  public init?(_ scores: [[Double]], over other: [[Double]], isMoreBetter: Bool = true, resamples: Int = 2000, stream: RandomStream) {
    guard !scores.isEmpty, scores.count == other.count, (scores + other).allSatisfy({ !$0.isEmpty }) else { return nil }
    var replicates = [Double](repeating: 0, count: resamples)
    var values: [Double] = []
    for (task, (mine, theirs)) in zip(scores, other).enumerated() {
      let outcomes = Self.outcomes(mine, theirs, isMoreBetter)
      let pairs = Double(outcomes.count)
      values.append(outcomes.reduce(0, +) / pairs)
      let stream = stream.child(task)
      let rows = BootstrapPlan(members: mine.count, resamples: resamples, stream: stream.child("first"))
      let columns = BootstrapPlan(members: theirs.count, resamples: resamples, stream: stream.child("second"))
      outcomes.withUnsafeBufferPointer { outcomes in
        for resample in 0..<resamples {
          rows.withMembers(of: resample) { rows in
            var sum = 0.0
            for row in rows {
              let start = Int(row) * theirs.count
              sum += columns.sum(of: resample, UnsafeBufferPointer(rebasing: outcomes[start..<start + theirs.count]))
            }
            replicates[resample] += sum / pairs
          }
        }
      }
    }
    let tasks = Double(scores.count)
    self.values = values
    value = values.reduce(0, +) / tasks
    interval = ConfidenceInterval(percentilesOf: replicates.map { $0 / tasks }.sorted())
  }

  /// S for all pairs of runs, row by row.
  private static func outcomes(_ mine: [Double], _ theirs: [Double], _ isMoreBetter: Bool) -> [Double] {
    func ranked(_ score: Double) -> Double { score.isFinite ? (isMoreBetter ? score : -score) : -.infinity }
    return mine.flatMap { one in
      theirs.map { other in
        let (one, other) = (ranked(one), ranked(other))
        return one > other ? 1 : one == other ? 0.5 : 0
      }
    }
  }
}
