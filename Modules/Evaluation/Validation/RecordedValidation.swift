import Algorithms
import Tasks
import TensorCore

/// The validations of a run as the files in its folder record them.
struct RecordedValidation {
  private let experiment: Experiment
  private let folder: String
  /// The content of validation.jsonl.
  let bytes: [UInt8]
  /// The part of the content up to the checkpoint.
  let kept: [UInt8]
  /// The reports of that part.
  let history: ValidationHistory

  /// Reads validation.jsonl; a file that is missing counts as empty.
  ///
  /// - Parameters:
  ///   - experiment: The experiment of the run, with a validation.
  ///   - folder: The path of the run's folder.
  ///   - iteration: The iteration of the run's checkpoint; 0 if there is none.
  /// - Throws: ``RunFolderError``
  init(of experiment: Experiment, in folder: String, through iteration: Int) throws(RunFolderError) {
    self.experiment = experiment
    self.folder = folder
    let path = "\(folder)/\(ValidationLog.fileName)"
    do {
      bytes = exists(path) ? try AtomicFile.read(path) : []
    } catch {
      throw .file(error)
    }
    let (kept, reports) = try ValidationLog.kept(
      bytes, through: iteration, every: experiment.validation.every, measure: experiment.learner.taskLoss.measure ?? .loss, path: path)
    self.kept = kept
    history = ValidationHistory(reports)
  }

  /// The state with the best score; nil if there is none.
  ///
  /// A best checkpoint of a later iteration is accepted: the run was killed after that validation, and repeats it with the same result.
  /// - Throws: ``CheckpointError`` if best.safetensors cannot be used, ``RunFolderError/best(path:expected:found:)`` if it is of an
  ///   earlier iteration.
  func bestState() throws -> MetaState? {
    guard let best = history.best else { return nil }
    let path = "\(folder)/\(Checkpoint.bestFileName)"
    let checkpoint = try Checkpoint(contentsOf: path)
    guard checkpoint.iteration >= best.iteration else {
      throw RunFolderError.best(path: path, expected: best.iteration, found: checkpoint.iteration)
    }
    return try checkpoint.state(for: experiment)
  }
}
