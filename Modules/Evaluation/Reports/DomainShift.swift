import Tasks

/// A meta-trained algorithm, tested in the domains of its training and in other ones.
public struct DomainShift: Sendable {
  /// The test in the domains of training.
  public let inDomain: Comparison.Row
  /// The test of the same state in other domains.
  public let outOfDomain: Comparison.Row

  /// Pairs two tests.
  public init(inDomain: Comparison.Row, outOfDomain: Comparison.Row) {
    self.inDomain = inDomain
    self.outOfDomain = outOfDomain
  }

  /// The mean over episodes of how much worse the score is out of domain.
  ///
  /// Both tests have the same classes and drawings in each episode, so it is a mean of paired differences: in-domain minus
  /// out-of-domain if a higher score is better, and the reverse for a loss. It is nil if the tests differ in anything but the domains.
  public var drop: Estimate? {
    let (one, other) = (inDomain.result, outOfDomain.result)
    guard one.episodes.isPaired(with: other.episodes), one.measure == other.measure, one.modes[0].name == other.modes[0].name else {
      return nil
    }
    let sign: Double = one.measure.isMoreBetter ? 1 : -1
    return Estimate(zip(one.headlineScores, other.headlineScores).map { sign * ($0 - $1) })
  }
}

extension EpisodeList {
  /// True if both lists have the same classes and drawings in each episode.
  fileprivate func isPaired(with other: EpisodeList) -> Bool { withoutDomains == other.withoutDomains }

  private var withoutDomains: EpisodeList {
    EpisodeList(
      task: task, split: split, seed: seed, count: count, settings: settings.filter { !$0.hasPrefix("task.domains.") },
      splitFingerprint: splitFingerprint, dataDigest: dataDigest)
  }
}
