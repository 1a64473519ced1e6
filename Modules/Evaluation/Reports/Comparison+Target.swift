import Registry
import Tasks
import TensorCore

/// When a run first reaches a given score.
///
/// Of a run with validations, their scores count; otherwise the means of the meta-batches over windows of a hundredth of the training
/// count, because single meta-batches scatter.
struct TargetReach: Sendable, Hashable {
  /// What was looked at.
  enum Curve: String, Sendable, Hashable {
    case validation
    case training
  }

  let curve: Curve
  /// The first iteration whose score is at least as good as the target; nil if none is.
  let iteration: Int?

  /// Reads the curve of a run; nil if its folder has none.
  ///
  /// - Parameters:
  ///   - folder: The path of the run's folder.
  ///   - target: The score, in the measure's unscaled unit.
  ///   - measure: What the score measures; nil for the loss.
  init?(recordedIn folder: String, target: Double, measure: Measure?) {
    let isMoreBetter = (measure ?? .loss).isMoreBetter
    func first(_ points: [(x: Double, y: Double)]) -> Int? {
      points.first { isMoreBetter ? $0.y >= target : $0.y <= target }.flatMap { Int(exactly: $0.x) }
    }
    if let validations = LearningCurve(validationsIn: folder) {
      (curve, iteration) = (.validation, first(validations.points))
    } else if let training = LearningCurve(recordedIn: folder, measure: measure) {
      (curve, iteration) = (.training, first(training.windowMeans))
    } else {
      return nil
    }
  }
}

extension Comparison.Line {
  /// When the runs reach a score; nil if a run has no curve, or if the curves are of different kinds.
  func reaches(_ target: Double) -> [TargetReach]? {
    let measure = rows[0].result.modes[0].measure
    let all = rows.compactMap { row in
      row.folder.flatMap { TargetReach(recordedIn: $0, target: target, measure: measure) }
    }
    return all.count == rows.count && Set(all.map(\.curve)).count == 1 ? all : nil
  }

  /// "1200 (validation)", with the seconds if asked for; of several seeds, the means, or how many reach the score.
  ///
  /// The seconds are the iterations at the run's mean rate.
  func reachText(_ target: Double, withTime: Bool) -> String {
    guard let all = reaches(target) else { return "-" }
    let reached = all.compactMap(\.iteration)
    guard reached.count == all.count else {
      return all.count == 1 ? "not reached (\(all[0].curve.rawValue))" : "\(reached.count) of \(all.count) seeds (\(all[0].curve.rawValue))"
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let iterations = fixed(mean(reached.map(Double.init)), 0)
    let times = zip(reached, timings ?? []).map { Double($0) * $1.trainingSeconds / Double(max($1.iterations, 1)) }
    let isTimed = withTime && times.count == reached.count && timings?.allSatisfy { $0.iterations > 0 } == true
    return "\(iterations) (\(isTimed ? "\(fixed(mean(times), 1)) s, " : "")\(all[0].curve.rawValue))"
  }

  /// The recorded times of the runs; nil if one has none.
  var timings: [Timing]? {
    let all = rows.compactMap { $0.folder.flatMap(Timing.recorded(in:)) }
    return all.count == rows.count ? all : nil
  }

  /// The mean rate of the runs' trainings; nil without recorded times, or if nothing was trained.
  var iterationsPerSecond: Double? {
    guard let timings, timings.allSatisfy({ $0.trainingSeconds > 0 && $0.iterations > 0 }) else { return nil }
    return timings.reduce(0) { $0 + Double($1.iterations) / $1.trainingSeconds } / Double(timings.count)
  }

  /// The largest memory of live tensors of the runs, in bytes; nil without recorded times.
  var peakBytes: Int? { timings?.map(\.peakBytes).max() }

  /// The member of results.json: iterations alone, because times are no results.
  func targetMember(_ target: Double) -> JSON.Member {
    let all = reaches(target)
    return JSON.Member(
      "target",
      .object([
        .init("score", .number(target)), .init("curve", .optional(all?.first?.curve.rawValue)),
        .init("iterations", .array((all ?? []).map { $0.iteration.map { .integer($0) } ?? .null })),
      ]))
  }
}

extension Comparison.Group {
  /// The title of the column of the target.
  func targetTitle(_ target: Double) -> String { "iterations to \(ScoreText(measure ?? .loss).text(target))" }
}
