package import Algorithms
import Tasks
import TensorCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Comparison.Row {
  /// Restores the row of a finished run from the files in its folder, without another test.
  ///
  /// The row is nil if results.json is missing or damaged, or if the same results would now be written differently: those of another
  /// experiment, of other data or by another version.
  /// - Parameters:
  ///   - experiment: The experiment that the run is expected to be of.
  ///   - state: The tested state.
  ///   - end: How a training with validation ended.
  ///   - folder: The path of the run's folder.
  package init?(experiment: Experiment, state: MetaState, end: TrainingEnd? = nil, recordedIn folder: String) {
    guard let bytes = try? AtomicFile.read("\(folder)/results.json"),
      let record = try? JSONDecoder().decode(RecordedResults.self, from: Data(bytes)), !record.modes.isEmpty
    else { return nil }
    let (measure, list) = (experiment.learner.taskLoss.measure, experiment.episodeList)
    let modes = record.modes.compactMap { $0.result(measure, episodes: list.count) }
    guard modes.count == record.modes.count else { return nil }
    let timing = (try? AtomicFile.read("\(folder)/timing.json")).flatMap {
      try? JSONDecoder().decode(RecordedTiming.self, from: Data($0))
    }
    self.init(
      experiment: experiment, result: TestResult(modes: modes, episodes: list), state: state,
      seconds: timing.map { $0.trainingSeconds + $0.testSeconds })
    self.end = end
    // Equal bytes prove that nothing was lost on the way.
    guard Array(json.text.utf8) == bytes else { return nil }
  }
}

/// The members of results.json that the experiment does not determine.
private struct RecordedResults: Decodable {
  let modes: [Mode]

  struct Mode: Decodable {
    let name: String
    let loss: [Point]
    let finalLosses: [Double?]
    /// The curve of the score, which is a member under the measure's id.
    let curves: [String: [Point]]
    let finalScores: [Double?]?

    private struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: Key.self)
      name = try members.decode(String.self, forKey: Key(stringValue: "normalisation"))
      loss = try members.decode([Point].self, forKey: Key(stringValue: "loss"))
      finalLosses = try members.decode([Double?].self, forKey: Key(stringValue: "finalLosses"))
      finalScores =
        try members.decodeIfPresent([Double?].self, forKey: Key(stringValue: "finalScores"))
        ?? members.decodeIfPresent([Double?].self, forKey: Key(stringValue: "finalAccuracies"))
      var curves: [String: [Point]] = [:]
      for key in members.allKeys { curves[key.stringValue] = try? members.decode([Point].self, forKey: key) }
      self.curves = curves
    }

    /// The result of the mode; nil if curves or scores are missing.
    func result(_ measure: Measure?, episodes: Int) -> ModeResult? {
      func points(_ curve: [Point]) -> [CurvePoint] { curve.map { $0.restored(episodes: episodes) } }
      func scores(_ recorded: [Double?]) -> [Double] { recorded.map { $0 ?? .nan } }
      let score = measure.flatMap { curves[$0.id] }
      guard !loss.isEmpty, (measure == nil) == (finalScores == nil), measure == nil || score?.count == loss.count else { return nil }
      return ModeResult(
        name: name, finalLosses: scores(finalLosses), measure: measure, finalScores: finalScores.map(scores),
        curves: .init(loss: points(loss), score: score.map(points)))
    }
  }

  struct Point: Decodable {
    let step: Int
    let mean, halfWidth, median, finiteMean: Double?
    let diverged: Int

    func restored(episodes: Int) -> CurvePoint {
      let estimate = Estimate(mean: mean, halfWidth: halfWidth, count: episodes, diverged: diverged, finiteMean: finiteMean)
      return CurvePoint(step: step, estimate: episodes < 2 ? nil : estimate, median: median, diverged: diverged)
    }
  }
}

/// The members of timing.json that a table shows.
private struct RecordedTiming: Decodable {
  let trainingSeconds: Double
  let testSeconds: Double
}
