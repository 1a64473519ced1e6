import Tasks

/// A meta-trained algorithm, tested in the domains of its training and in other ones.
public struct DomainShift: Sendable {
  /// The tests in the domains of training.
  public let inDomain: Comparison.Line
  /// The tests of the same states in other domains.
  public let outOfDomain: Comparison.Line

  /// Pairs the tests of all seeds.
  init(inDomain: Comparison.Line, outOfDomain: Comparison.Line) {
    self.inDomain = inDomain
    self.outOfDomain = outOfDomain
  }

  /// Pairs two tests of one state, which are compared after the step that algorithms are ranked after.
  public init(inDomain: Comparison.Row, outOfDomain: Comparison.Row, rankAt: RankStep = .trained) {
    func line(_ row: Comparison.Row) -> Comparison.Line { .init([row], label: row.run.algorithm, rankAt: rankAt) }
    self.init(inDomain: line(inDomain), outOfDomain: line(outOfDomain))
  }

  /// The mean over episodes of how much worse the score is out of domain; with several seeds, over seeds.
  ///
  /// Both tests have the same classes and drawings in each episode, so it is a mean of paired differences: in-domain minus
  /// out-of-domain if a higher score is better, and the reverse for a loss. It is nil if the tests differ in anything but the domains.
  public var drop: Estimate? {
    let isMoreBetter = inDomain.rows[0].result.measure.isMoreBetter
    return isMoreBetter
      ? inDomain.difference(to: outOfDomain, ignoringDomains: true) : outOfDomain.difference(to: inDomain, ignoringDomains: true)
  }
}

extension EpisodeList {
  /// The list without the domains of its images: equal lists have the same classes and drawings in each episode.
  var withoutDomains: EpisodeList {
    EpisodeList(
      task: task, split: split, seed: seed, count: count, settings: settings.filter { !$0.hasPrefix("task.domains.") },
      splitFingerprint: splitFingerprint, dataDigest: dataDigest)
  }
}
