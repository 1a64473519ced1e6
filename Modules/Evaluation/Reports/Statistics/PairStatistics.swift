import Registry
import Tasks
import TensorCore

/// The comparison of two lines of a task on the same episodes.
///
/// With one seed, the episodes are the unit: the p-value is that of the paired t test, and the second interval is the BCa bootstrap. With
/// several seeds, the seeds are the unit: the p-value is that of the paired t test of the seeds' mean differences, with K − 1 degrees of
/// freedom, and the second interval is the hierarchical bootstrap of seeds, then episodes.
public struct PairStatistics: Sendable {
  /// The places of the two lines; the first is ranked higher.
  public let first: Int
  public let second: Int
  /// The comparison over all episodes of all common seeds; the difference is the first line's score minus the second's.
  public let episodes: PairedDifference
  /// The common seeds.
  public let seeds: Int
  /// The paired t test of the unit: episodes for one seed, the mean differences of the seeds for several; nil if an episode diverged.
  public let test: PairedTTest?
  /// The bootstrap interval of the mean difference; nil if an episode diverged.
  public let bootstrap: ConfidenceInterval?
  /// The p-value after Holm's correction over all pairs of the task; nil if an episode diverged.
  public internal(set) var adjustedPValue: Double?

  /// Whether the two are significantly different at 5%, after Holm's correction.
  public var isDifferent: Bool { adjustedPValue.map { $0 < 0.05 } ?? false }

  /// Compares two lines of a task; nil if they share no seed, or fewer than two episodes.
  ///
  /// The plans are resamples of equally many pairs, which many comparisons share.
  init?(_ lines: [Comparison.Line], _ first: Int, _ second: Int, plans: inout [Int: BootstrapPlan], stream: RandomStream) {
    let pairs = lines[first].pairs(with: lines[second])
    let (own, other) = (pairs.flatMap(\.own), pairs.flatMap(\.other))
    guard own.count >= 2, own.count == other.count else { return nil }
    let plan = plans[own.count] ?? BootstrapPlan(members: own.count, stream: stream.child("pairs").child(own.count))
    plans[own.count] = plan
    let isMoreBetter = lines[first].rows[0].result.measure.isMoreBetter
    guard let episodes = try? PairedDifference(own, against: other, isMoreBetter: isMoreBetter, plan: plan, stream: stream) else {
      return nil
    }
    self.first = first
    self.second = second
    self.episodes = episodes
    seeds = pairs.count
    let differences = pairs.map { pair in zip(pair.own, pair.other).map { $0 - $1 } }
    guard pairs.count > 1, episodes.diverged == 0 else {
      test = episodes.student
      bootstrap = episodes.bootstrap
      return
    }
    test = PairedTTest(differences.map { $0.reduce(0, +) / Double($0.count) })
    // Episodes depend on the seed, so each seed has its own.
    bootstrap = HierarchicalBootstrap(
      seeds: differences.count, episodes: differences[0].count, design: .ownOfEachSeed, stream: stream.child("hierarchy")
    ).interval(differences)
  }
}
