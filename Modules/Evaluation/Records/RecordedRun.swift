package import Algorithms
import Registry
import Tasks
import TensorCore

extension Comparison.Outcome {
  /// Restores the end of a run from the files in its folder: results.json, scores.csv, and timing.json if it is there.
  ///
  /// - Parameter folder: The path of the run's folder.
  /// - Throws: ``RunRecordError``
  public init(recordedIn folder: String) throws(RunRecordError) {
    let path = "\(folder)/\(RunFolder.resultsName)"
    guard exists(path) else {
      throw exists("\(folder)/\(Checkpoint.fileName)") ? .unfinished(path: folder) : .nothing(path: folder)
    }
    let record = try RecordReader(file: path)
    // The results of older versions lack members too; their missing scores say more.
    let hasScores = exists("\(folder)/\(RunFolder.scoresName)") || record.has("failure")
    guard hasScores || !record.has("modes") else { throw .noScores(path: folder) }
    let run = try RunDescription(record)
    if record.has("failure"), let reason = try record.optionalString("failure") {
      self = .failed(.init(run: run, reason: reason))
      return
    }
    let recorded = try record.objects("modes")
    guard !recorded.isEmpty else { throw record.fault("modes") }
    let result = TestResult(
      modes: try Self.modes(run, recorded, in: folder), episodes: run.episodes,
      sampling: try SamplingEstimates(recordedIn: record, measure: run.measure ?? .loss))
    let learned = try record.objects("learned").map { (value) throws(RunRecordError) in try LearnedValue(value) }
    let trainedOn = record.has("trainedOn") ? try Comparison.TrainingTask(record.object("trainedOn")) : nil
    var row = Comparison.Row(
      run: run, result: result, learned: learned, seconds: Timing.recorded(in: folder).map { $0.trainingSeconds + $0.testSeconds },
      trainedOn: trainedOn)
    row.end = try TrainingEnd(recordedIn: record, measure: run.measure ?? .loss)
    row.folder = folder
    self = .tested(row)
  }

  /// The scores of a run, which must be of the modes, episodes and measure of results.json.
  private static func modes(
    _ run: RunDescription, _ recorded: [RecordReader], in folder: String
  ) throws(RunRecordError) -> [ModeResult] {
    let path = "\(folder)/\(RunFolder.scoresName)"
    let bytes: [UInt8]
    do { bytes = try AtomicFile.read(path) } catch { throw .file(error) }
    let (column, modes): (String, [ScoreFile.Mode])
    do { (column, modes) = try ScoreFile.modes(of: bytes) } catch {
      throw .scores(path: path, line: error.line, found: error.found, expected: error.expected)
    }
    let names = try recorded.map { (mode) throws(RunRecordError) in try mode.string("normalisation") }
    func other(_ found: String, _ expected: String) -> RunRecordError { .otherScores(path: path, found: found, expected: expected) }
    func list(_ names: [String]) -> String {
      names.isEmpty ? "no scores" : "the modes \(names.map { "'\(legible($0))'" }.joined(separator: ", "))"
    }
    guard modes.map(\.name) == names else { throw other(list(modes.map(\.name)), list(names)) }
    guard column == (run.measure ?? .accuracy).id else {
      throw other("the measure '\(legible(column))'", "the measure " + (run.measure ?? .accuracy).id)
    }
    var results: [ModeResult] = []
    for (mode, record) in zip(modes, recorded) {
      let count = mode.losses[0].count
      guard count == run.episodes.count else { throw other("\(count) episodes", "\(run.episodes.count) episodes") }
      let scores = mode.scores.map { $0.compactMap(\.self) }
      let isComplete = scores.allSatisfy { $0.count == (run.measure == nil ? 0 : count) }
      guard isComplete else { throw other("\(scores.joined().count) scores", run.measure == nil ? "none" : "one for each loss") }
      results.append(
        ModeResult(
          name: mode.name, losses: mode.losses, measure: run.measure, scores: run.measure.map { _ in scores },
          calibration: try TestCalibration(recordedIn: record), paths: try SamplePath.all(recordedIn: record)))
    }
    return results
  }
}

extension Comparison.Row {
  /// Restores the row of a finished run from the files in its folder, without another test.
  ///
  /// The row is nil if a file is missing or damaged, or if the same results would now be written differently: those of another
  /// experiment, of other data or by another version.
  /// - Parameters:
  ///   - experiment: The experiment that the run is expected to be of.
  ///   - state: The tested state.
  ///   - end: How a training with validation ended.
  ///   - folder: The path of the run's folder.
  package init?(experiment: Experiment, state: MetaState, end: TrainingEnd? = nil, recordedIn folder: String) {
    guard let outcome = try? Comparison.Outcome(recordedIn: folder), case .tested(let row) = outcome,
      row.run.episodes == experiment.episodeList
    else { return nil }
    self.init(experiment: experiment, result: row.result, state: state, seconds: row.seconds)
    self.end = end
    self.folder = folder
    // Equal bytes prove that the record is of this experiment and state.
    guard let bytes = try? AtomicFile.read("\(folder)/\(RunFolder.resultsName)"), Array(json.text.utf8) == bytes else { return nil }
  }
}

extension RunDescription {
  /// Restores a description from results.json.
  init(_ record: RecordReader) throws(RunRecordError) {
    let list = try record.object("episodes")
    guard let split = Split(rawValue: try list.string("split")) else { throw list.fault("split") }
    let episodes = EpisodeList(
      task: try list.string("task"), split: split, seed: try list.seed("seed"), count: try list.count("count"),
      settings: try list.strings("settings"), splitFingerprint: try list.string("splitFingerprint"),
      dataDigest: try list.optionalString("dataDigest"))
    let task = try record.string("task")
    let modes = try record.objects("modes").map { (mode) throws(RunRecordError) in try mode.string("normalisation") }
    let published = try record.objects("published").map { (entry) throws(RunRecordError) in
      PublishedResult(
        task: task, setting: try entry.string("setting"), result: try entry.string("result"), source: try entry.string("source"))
    }
    self.init(
      algorithm: try record.string("algorithm"), task: task, model: try record.string("model"), seed: try record.seed("seed"),
      iterations: try record.count("iterations"), adaptationSteps: try record.count("adaptationSteps"),
      taskLoss: try record.string("taskLoss"), measure: try Measure.recorded(in: record),
      configuration: try record.members("configuration").map { (member) throws(RunRecordError) in
        guard let value = HyperparameterValue(member.value) else { throw record.fault("configuration.\(member.key)") }
        return Setting(member.key, value)
      }, episodes: episodes, modes: modes, published: published,
      notes: record.has("notes") ? try record.strings("notes") : [])
  }
}

extension Measure {
  /// The measure of a run; nil if the loss alone is reported.
  fileprivate static func recorded(in record: RecordReader) throws(RunRecordError) -> Measure? {
    if record.has("measure") {
      let measure = try record.object("measure")
      return Measure(
        id: try measure.string("id"), unit: try measure.string("unit"), isMoreBetter: try measure.boolean("isMoreBetter"),
        factor: try measure.number("factor"))
    }
    switch try record.string("metric") {
    case Measure.accuracy.id: return .accuracy
    case Measure.loss.id: return nil
    default: throw record.fault("measure")
    }
  }
}

extension LearnedValue {
  fileprivate init(_ record: RecordReader) throws(RunRecordError) {
    let (mean, minimum, maximum) = (try record.number("mean"), try record.number("minimum"), try record.number("maximum"))
    self.init(
      try record.string("hyperparameter"), of: try record.optionalString("parameter"),
      step: record.isNull("step") ? nil : try record.count("step"), mean: mean, minimum: minimum, maximum: maximum)
  }
}

extension TrainingEnd {
  /// Restores the end of a training; nil without a validation.
  fileprivate init?(recordedIn record: RecordReader, measure: Measure) throws(RunRecordError) {
    guard record.has("training") else { return nil }
    let end = try record.object("training")
    var best: ValidationReport?
    if !end.isNull("validation") {
      let validation = try end.object("validation")
      best = ValidationReport(
        iteration: try end.count("testedIteration"), measure: measure,
        score: validation.isNull("score") ? nil : try validation.number("score"),
        halfWidth: validation.isNull("halfWidth") ? nil : try validation.number("halfWidth"), episodes: try validation.count("episodes"))
    }
    self.init(iterations: try end.count("iterations"), isStoppedEarly: try end.boolean("stoppedEarly"), best: best)
  }
}

extension Comparison.TrainingTask {
  fileprivate init(_ record: RecordReader) throws(RunRecordError) {
    self.init(
      task: try record.string("task"), splitFingerprint: try record.string("splitFingerprint"),
      dataDigest: try record.optionalString("dataDigest"))
  }
}

extension HyperparameterValue {
  fileprivate init?(_ value: JSONMember.Value) {
    switch value {
    case .string(let text): self = .text(text)
    case .literal(let text):
      if let value = Bool(text) {
        self = .boolean(value)
      } else if let value = Int(text) {
        self = .integer(value)
      } else if let value = Double(text), value.isFinite {
        self = .real(value)
      } else {
        return nil
      }
    case .object, .array, .null: return nil
    }
  }
}
