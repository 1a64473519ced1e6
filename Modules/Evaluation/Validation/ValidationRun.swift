import Algorithms
import Tasks
import TensorCore

/// The validations of a run in progress.
struct ValidationRun {
  private let experiment: Experiment
  private let validating: Experiment
  private let folder: RunFolder?
  private(set) var history = ValidationHistory()
  /// The state with the best score; nil if there is none.
  private(set) var bestState: MetaState?

  /// Prepares the validations of a run; nil if its settings ask for none.
  ///
  /// - Parameters:
  ///   - experiment: The experiment of the run.
  ///   - folder: The run's folder.
  ///   - start: The checkpoint that the run resumes from.
  /// - Throws: ``RunFolderError`` and ``CheckpointError`` if validation.jsonl or the best checkpoint do not fit the checkpoint.
  init?(of experiment: Experiment, in folder: RunFolder?, from start: Checkpoint?) throws {
    guard experiment.validation.isOn else { return nil }
    self.experiment = experiment
    self.folder = folder
    validating = experiment.validating
    guard let folder else { return }
    let recorded = try RecordedValidation(of: experiment, in: folder.path, through: start?.iteration ?? 0)
    if recorded.bytes != recorded.kept { try folder.put(recorded.kept, ValidationLog.fileName) }
    history = recorded.history
    bestState = try recorded.bestState()
  }

  /// Whether the validations end the meta-training.
  var isStopped: Bool { history.isStopped(by: experiment.validation) }

  /// Validates the current state if its iteration is due, and keeps it if it is the best one.
  ///
  /// - Returns: The report with whether it is the best one; nil if no validation was due.
  /// - Throws: Errors of the test, of `progress` and of writing.
  mutating func validate(_ live: LiveTraining, progress: (_ done: Int) throws -> Void) throws -> (report: ValidationReport, isBest: Bool)? {
    let iteration = live.iteration
    guard iteration > 0, iteration % experiment.validation.every == 0, history.reports.last?.iteration != iteration, !isStopped else {
      return nil
    }
    let (state, snapshot) = live.current
    let result = try validating.metaTest(state, threads: experiment.training.threads) { done, _ in try progress(done) }
    let report = ValidationReport(result, after: iteration)
    let isBest = history.improves(by: report)
    if isBest {
      bestState = state
      try folder?.write(best: Checkpoint(experiment: experiment, snapshot: snapshot))
    }
    try folder?.append(ValidationLog.line(report, isBest: isBest), to: ValidationLog.fileName)
    history.add(report)
    return (report, isBest)
  }
}

extension RunFolder {
  /// Writes best.safetensors atomically.
  ///
  /// - Throws: ``CheckpointError/file(path:_:)``
  func write(best checkpoint: Checkpoint) throws(CheckpointError) { try checkpoint.write(to: "\(path)/\(Checkpoint.bestFileName)") }
}
