import Algorithms
public import Tasks

/// How an algorithm did on the fixed list of held-out episodes.
public struct TestResult: Sendable, Hashable {
  /// One entry for each normalisation mode that was tested, the headline's first.
  public let modes: [ModeResult]
  /// Which episodes these are: paired comparisons are made between results of equal lists only.
  public let episodes: EpisodeList

  /// Gathers a result.
  /// - Precondition: At least one mode.
  public init(modes: [ModeResult], episodes: EpisodeList) {
    precondition(!modes.isEmpty, "a test result has at least one normalisation mode")
    self.modes = modes
    self.episodes = episodes
  }

  /// The result that tables show and sort by: accuracy, or loss for a regression, after the last step in the first mode.
  public var headline: CurvePoint {
    let curve = modes[0].headlineCurve
    return curve[curve.count - 1]
  }

  /// The headline's score of each episode.
  public var headlineScores: [Double] {
    let scores = modes[0].headlineScores
    return scores[scores.count - 1]
  }

  /// True where the headline is an accuracy, so that more is better.
  public var isAccuracy: Bool { modes[0].accuracies != nil }
}

/// What says which episodes were tested on, so that results can be compared episode by episode.
public struct EpisodeList: Sendable, Hashable {
  /// The id of the distribution.
  public let task: String
  /// The part that the episodes were drawn from.
  public let split: Split
  /// The key of the episodes' randomness, derived from the run's seed.
  public let seed: UInt64
  /// How many; the indices are 0..<count.
  public let count: Int
  /// The distribution's settings, "shots=10" for example.
  public let settings: [String]
  /// Digest of which classes belong to which split.
  public let splitFingerprint: String
  /// Digest of the data that were read; nil where tasks are made up.
  public let dataDigest: String?

  /// Fills in a list's identity.
  public init(
    task: String, split: Split, seed: UInt64, count: Int, settings: [String], splitFingerprint: String, dataDigest: String?
  ) {
    self.task = task
    self.split = split
    self.seed = seed
    self.count = count
    self.settings = settings
    self.splitFingerprint = splitFingerprint
    self.dataDigest = dataDigest
  }
}

/// A test in one normalisation mode: every episode's scores before adaptation and after each step.
public struct ModeResult: Sendable, Hashable {
  /// "transductive", "support" or "support-plus-one"; "none" where the model does not normalise by a batch.
  public let name: String
  /// Query losses, one list of episodes for each number of steps 0, 1, …; a diverged one is not finite.
  public let losses: [[Double]]
  /// Fractions of right answers likewise, not a number where the loss is not finite; nil for a regression.
  public let accuracies: [[Double]]?

  /// Gathers scores.
  /// - Precondition: Losses of at least zero steps, and accuracies of as many where there are any.
  public init(name: String, losses: [[Double]], accuracies: [[Double]]?) {
    precondition(!losses.isEmpty && (accuracies.map { $0.count == losses.count } ?? true), "a mode's curves are equally long")
    self.name = name
    self.losses = losses
    self.accuracies = accuracies
  }

  /// Loss before adaptation and after each step.
  public var lossCurve: [CurvePoint] { CurvePoint.curve(of: losses) }
  /// Accuracy likewise; nil for a regression.
  public var accuracyCurve: [CurvePoint]? { accuracies.map { CurvePoint.curve(of: $0, isAccuracy: true) } }
  /// The accuracy curve, or the loss curve for a regression.
  public var headlineCurve: [CurvePoint] { CurvePoint.curve(of: headlineScores, isAccuracy: accuracies != nil) }
  /// The accuracies, or the losses for a regression.
  public var headlineScores: [[Double]] { accuracies ?? losses }
}

/// What episodes score after a number of adaptation steps.
public struct CurvePoint: Sendable, Hashable {
  /// Adaptation steps, from 0.
  public let step: Int
  /// Mean with interval; nil below two episodes.
  public let estimate: Estimate?
  /// The median over episodes; nil where it is not finite.
  public let median: Double?
  /// Episodes whose score is not finite.
  public let diverged: Int

  /// Summarises the scores after a number of steps; a diverged one is the worst of either kind.
  public init(step: Int, scores: [Double], isAccuracy: Bool = false) {
    self.step = step
    estimate = Estimate(scores)
    median = Evaluation.median(scores, moreIsBetter: isAccuracy)
    diverged = scores.count { !$0.isFinite }
  }

  static func curve(of scores: [[Double]], isAccuracy: Bool = false) -> [CurvePoint] {
    scores.enumerated().map { CurvePoint(step: $0.offset, scores: $0.element, isAccuracy: isAccuracy) }
  }
}
