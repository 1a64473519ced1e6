public import Tasks

/// The result of one validation during meta-training.
public struct ValidationReport: Sendable, Hashable {
  /// The number of meta-updates done.
  public let iteration: Int
  /// The id of what the score measures, such as "accuracy".
  public let measure: String
  /// Whether a larger score is better.
  public let isMoreBetter: Bool
  /// The mean score over the episodes after the last adaptation step; nil if an episode diverged.
  public let score: Double?
  /// Half the 95% interval of the score; nil if an episode diverged.
  public let halfWidth: Double?
  /// The mean loss over the episodes; nil if an episode diverged.
  public let loss: Double?
  /// The number of episodes.
  public let episodes: Int

  /// Creates a report.
  public init(iteration: Int, measure: Measure, score: Double?, halfWidth: Double? = nil, loss: Double? = nil, episodes: Int) {
    self.iteration = iteration
    self.measure = measure.id
    isMoreBetter = measure.isMoreBetter
    self.score = score
    self.halfWidth = halfWidth
    self.loss = loss
    self.episodes = episodes
  }

  /// Summarises the test of a state on episodes of meta-validation.
  init(_ result: TestResult, after iteration: Int) {
    let estimate = result.headline.estimate
    let loss = result.modes[0].lossCurve.last?.estimate?.mean
    self.init(
      iteration: iteration, measure: result.measure, score: estimate?.mean, halfWidth: estimate?.halfWidth, loss: loss,
      episodes: result.episodes.count)
  }

  /// Whether the score is better than another; a diverged one is never better, and always worse.
  func isBetter(than other: ValidationReport?) -> Bool {
    guard let score, score.isFinite else { return false }
    guard let best = other?.score else { return true }
    return isMoreBetter ? score > best : score < best
  }
}

/// The validations of a run so far.
public struct ValidationHistory: Sendable, Hashable {
  /// The reports, in the order of the iterations.
  public private(set) var reports: [ValidationReport]
  /// The best report, the earliest of equal ones; nil if all diverged.
  public private(set) var best: ValidationReport?
  /// The number of validations since the best one, or of all if none is best.
  public private(set) var withoutImprovement = 0

  /// Creates the history of some reports.
  public init(_ reports: [ValidationReport] = []) {
    self.reports = []
    for report in reports { add(report) }
  }

  /// Whether a report would be the new best one.
  public func improves(by report: ValidationReport) -> Bool { report.isBetter(than: best) }

  /// Adds the next report.
  public mutating func add(_ report: ValidationReport) {
    if improves(by: report) {
      best = report
      withoutImprovement = 0
    } else {
      withoutImprovement += 1
    }
    reports.append(report)
  }

  /// Whether the validations end the meta-training.
  public func isStopped(by validation: ValidationConfiguration) -> Bool {
    validation.isOn && validation.patience > 0 && withoutImprovement >= validation.patience
  }
}
