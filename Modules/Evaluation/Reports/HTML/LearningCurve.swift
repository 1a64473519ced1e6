import Tasks
import TensorCore

/// The history of a meta-training, from metrics.jsonl.
struct LearningCurve {
  /// Iterations with the score of their meta-batches, or the loss.
  let points: [(x: Double, y: Double)]

  /// Reads the history of a run; nil if there is none.
  ///
  /// - Parameters:
  ///   - folder: The path of the run's folder.
  ///   - measure: What to read; nil for the loss.
  init?(recordedIn folder: String, measure: Measure?) {
    points = Self.lines("\(folder)/metrics.jsonl").compactMap { line in
      guard let iteration = line.number("iteration"), let score = line.number(measure?.id ?? Measure.loss.id) else { return nil }
      return (iteration, score)
    }
    if points.isEmpty { return nil }
  }

  /// Reads the scores of the validations of a run; nil if there are none.
  init?(validationsIn folder: String) {
    points = Self.lines("\(folder)/\(ValidationLog.fileName)").compactMap { line in
      guard let iteration = line.number("iteration"), let score = line.number("score") else { return nil }
      return (iteration, score)
    }
    if points.isEmpty { return nil }
  }

  /// The most points of a drawn curve.
  private static let windows = 100

  /// Joins the curves of several seeds: means over windows, from the lowest to the highest seed.
  static func joined(_ curves: [LearningCurve], factor: Double) -> [CurveChart.Point] {
    let means = curves.map(\.windowMeans)
    guard let count = means.map(\.count).min() else { return [] }
    return (0..<count).map { place in
      let values = means.map { factor * $0[place].y }
      let isBand = values.count > 1
      return CurveChart.Point(
        x: means[0][place].x, y: values.reduce(0, +) / Double(values.count), low: isBand ? values.min() : nil,
        high: isBand ? values.max() : nil)
    }
  }

  /// The mean of each window; x is the window's last iteration.
  var windowMeans: [(x: Double, y: Double)] {
    let length = max(1, (points.count + Self.windows - 1) / Self.windows)
    return stride(from: 0, to: points.count, by: length).map { start in
      let window = points[start..<min(start + length, points.count)]
      return (window[window.endIndex - 1].x, window.reduce(0) { $0 + $1.y } / Double(window.count))
    }
  }

  /// The history of each learned hyperparameter: its mean, where it has several entries.
  static func learned(recordedIn folder: String) -> [(name: String, points: [(x: Double, y: Double)])] {
    var histories: [(name: String, points: [(x: Double, y: Double)])] = []
    var places: [String: Int] = [:]
    for line in lines("\(folder)/metrics.jsonl") {
      guard let iteration = line.number("iteration") else { continue }
      for (name, value) in line.learned {
        let place = places[name] ?? histories.count
        if place == histories.count {
          places[name] = place
          histories.append((name, []))
        }
        histories[place].points.append((iteration, value))
      }
    }
    return histories
  }

  private static func lines(_ path: String) -> [Line] {
    guard let bytes = try? AtomicFile.read(path) else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap { (try? JSONReader.members(of: Array($0))).map(Line.init) }
  }
}

/// A line of metrics.jsonl.
private struct Line {
  let members: [JSONMember]

  func number(_ key: String) -> Double? { members.first { $0.key == key }.flatMap { Self.number($0.value) } }

  /// The learned hyperparameters; of several entries, the mean.
  var learned: [(name: String, value: Double)] {
    guard case .object(let entries) = members.first(where: { $0.key == "learned" })?.value else { return [] }
    return entries.compactMap { entry in
      if case .object(let parts) = entry.value {
        return parts.first { $0.key == "mean" }.flatMap { Self.number($0.value) }.map { (entry.key, $0) }
      }
      return Self.number(entry.value).map { (entry.key, $0) }
    }
  }

  private static func number(_ value: JSONMember.Value) -> Double? {
    guard case .literal(let text) = value else { return nil }
    return Double(text)
  }
}
