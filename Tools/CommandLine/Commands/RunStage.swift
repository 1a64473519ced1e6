import Algorithms
import Evaluation

/// How far a run of a `run-all` is that resumes.
enum RunStage {
  /// There is no checkpoint yet.
  case new
  /// There is a checkpoint, but no result.
  case begun(Checkpoint)
  /// The result is in the folder.
  case finished(Comparison.Row)

  /// Reads the folder of a run, and changes nothing in it.
  ///
  /// - Throws: ``ResumptionError`` if the experiment differs from the run's, and errors of reading a checkpoint.
  init(of experiment: Experiment, in path: String) throws {
    guard RunFolder.files(in: path).contains(Checkpoint.fileName) else {
      self = .new
      return
    }
    let checkpoint = try Checkpoint(contentsOf: path)
    try Resumption.compare(checkpoint, with: experiment, path)
    let trainer = try checkpoint.trainer(for: experiment)
    if checkpoint.iteration == checkpoint.iterations,
      let row = Comparison.Row(experiment: experiment, state: trainer.state, recordedIn: path)
    {
      self = .finished(row)
    } else {
      self = .begun(checkpoint)
    }
  }

  /// The end of a finished run.
  var outcome: Comparison.Outcome? {
    if case .finished(let row) = self { .tested(row) } else { nil }
  }

  /// The checkpoint to resume from.
  var checkpoint: Checkpoint? {
    if case .begun(let checkpoint) = self { checkpoint } else { nil }
  }

  /// Opens the folder to write into; nil for a finished run, whose folder stays as it is.
  func open(_ path: String, overwrite: Bool) throws -> RunFolder? {
    switch self {
    case .new:
      // A run that was killed before its first checkpoint leaves metrics alone, and one that failed results; it starts anew.
      let isUnsaved =
        Set(RunFolder.files(in: path)).isSubset(of: ["metrics.jsonl", RunFolder.resultsName]) && !RunFolder.holdsComparison(path)
      return try RunFolder(path, overwrite: overwrite || isUnsaved)
    case .begun(let checkpoint):
      let folder = try RunFolder(resuming: path)
      try folder.resume(from: checkpoint)
      return folder
    case .finished: return nil
    }
  }
}
