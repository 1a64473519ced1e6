import Registry
public import Algorithms
public import Tasks

/// The scores of an algorithm on the fixed list of held-out episodes.
public struct TestResult: Sendable, Hashable {
  /// One entry for each tested normalisation mode, the headline's first.
  public let modes: [ModeResult]
  /// The tested episodes; only results with equal lists are compared episode by episode.
  public let episodes: EpisodeList
  /// Scores of disjoint episodes, and the part of the assignment of labels; nil unless ``TestConfiguration/disjoint`` asks for them.
  public let sampling: SamplingEstimates?

  /// Creates a result; the first mode provides the headline.
  /// - Precondition: At least one mode.
  public init(modes: [ModeResult], episodes: EpisodeList, sampling: SamplingEstimates? = nil) {
    require(!modes.isEmpty, "a test result has at least one normalisation mode")
    self.modes = modes
    self.episodes = episodes
    self.sampling = sampling
  }

  /// The score after the last step in the first mode.
  public var headline: CurvePoint {
    let curve = modes[0].headlineCurve
    return curve[curve.count - 1]
  }

  /// The scores of each episode after the last step in the first mode.
  public var headlineScores: [Double] {
    let scores = modes[0].headlineScores
    return scores[scores.count - 1]
  }

  /// The result in a mode; nil if it was not tested.
  public func mode(_ name: String) -> ModeResult? { modes.first { $0.name == name } }

  /// What the headline measures: accuracy for a classification, the loss for a regression.
  public var measure: Measure { modes[0].headlineMeasure }
}

/// Identifies the tested episodes, so that results can be compared episode by episode.
public struct EpisodeList: Sendable, Hashable {
  /// The id of the distribution.
  public let task: String
  /// The split that the episodes are drawn from.
  public let split: Split
  /// The random seed of the episodes, derived from the run's seed.
  public let seed: UInt64
  /// The number of episodes; their indices are 0..<count.
  public let count: Int
  /// The distribution's settings, "shots=10" for example.
  public let settings: [String]
  /// Digest of the assignment of classes to splits.
  public let splitFingerprint: String
  /// Digest of the data files; nil for synthetic tasks.
  public let dataDigest: String?

  /// Creates the description of a list of episodes.
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
  /// "transductive", "support" or "support-plus-one"; "none" for a model without batch norm.
  public let name: String
  /// Query losses: one list of episodes for each number of steps 0, 1, …; not finite where the episode diverged.
  public let losses: [[Double]]
  /// What ``scores`` measures; nil where the loss alone is reported.
  public let measure: Measure?
  /// Query scores, indexed like ``losses``; not finite where the episode diverged, nil without a measure.
  public let scores: [[Double]]?
  /// The calibration of the query predictions; nil without class probabilities, and in older records.
  public let calibration: TestCalibration?
  /// Trajectories of the first episodes; empty unless the tasks are environments in the plane.
  public let paths: [SamplePath]

  /// Creates the result of one mode.
  /// - Precondition: At least one list of losses. With a measure, as many lists of scores; without one, no scores.
  public init(
    name: String, losses: [[Double]], measure: Measure? = nil, scores: [[Double]]? = nil, calibration: TestCalibration? = nil,
    paths: [SamplePath] = []
  ) {
    require(!losses.isEmpty && (scores.map { $0.count == losses.count } ?? true), "a mode's curves are equally long")
    require((measure == nil) == (scores == nil), "a mode has a measure if and only if it has scores")
    self.name = name
    self.losses = losses
    self.measure = measure
    self.scores = scores
    self.calibration = calibration
    self.paths = paths
  }

  /// The loss before adaptation and after each step.
  public var lossCurve: [CurvePoint] { CurvePoint.curve(of: losses, .loss) }
  /// The score before adaptation and after each step; nil without a measure.
  public var scoreCurve: [CurvePoint]? {
    guard let measure, let scores else { return nil }
    return CurvePoint.curve(of: scores, measure)
  }
  /// The scores of a measure, or the losses, indexed like ``losses``; nil if the mode has no such measure.
  func scores(of other: Measure) -> [[Double]]? { other == measure ? scores : other == .loss ? losses : nil }
  /// Each measure with its curve: the score, if there is one, then the loss.
  var curves: [(measure: Measure, points: [CurvePoint])] {
    (measure == nil ? [] : [(headlineMeasure, headlineCurve)]) + [(.loss, lossCurve)]
  }
  /// What the headline measures: ``measure``, or the loss without one.
  public var headlineMeasure: Measure { measure ?? .loss }
  /// The score curve, or the loss curve without a measure.
  public var headlineCurve: [CurvePoint] { scoreCurve ?? lossCurve }
  /// The scores, or the losses without a measure.
  public var headlineScores: [[Double]] { scores ?? losses }
}

/// The scores of all episodes after a number of adaptation steps.
public struct CurvePoint: Sendable, Hashable {
  /// Adaptation steps, from 0.
  public let step: Int
  /// Mean with interval; nil below two episodes.
  public let estimate: Estimate?
  /// The median over episodes; nil where it is not finite.
  public let median: Double?
  /// The number of episodes whose score is not finite.
  public let diverged: Int

  /// Summarises the scores after a number of steps; in the median, a score that is not a number ranks as the worst.
  public init(step: Int, scores: [Double], measure: Measure = .loss) {
    self.step = step
    estimate = Estimate(scores)
    median = Evaluation.median(scores, isMoreBetter: measure.isMoreBetter)
    diverged = scores.count { !$0.isFinite }
  }

  /// Restores a recorded point.
  init(step: Int, estimate: Estimate?, median: Double?, diverged: Int) {
    self.step = step
    self.estimate = estimate
    self.median = median
    self.diverged = diverged
  }

  static func curve(of scores: [[Double]], _ measure: Measure) -> [CurvePoint] {
    scores.enumerated().map { CurvePoint(step: $0.offset, scores: $0.element, measure: measure) }
  }
}
