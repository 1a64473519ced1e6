import Algorithms
import Evaluation

/// How far a run of a `run-all` is that resumes.
enum RunStage {
  /// There is no checkpoint yet.
  case new
  /// There is a checkpoint, but no result of as many iterations as the run is to have.
  case begun(Checkpoint, iterations: Int)
  /// The result is in the folder.
  case finished(Comparison.Row)

  /// Reads the folder of a run, and changes nothing in it.
  ///
  /// - Throws: ``ResumptionError`` if the experiment differs from the run's, and errors of reading a checkpoint.
  init(of experiment: Experiment, in path: String) throws {
    guard let checkpoint = try Checkpoint.latest(in: path) else {
      self = .new
      return
    }
    try Resumption.compare(checkpoint, with: experiment, path)
    if let trained = try checkpoint.end(of: experiment, in: path), checkpoint.replaces == nil,
      let row = Comparison.Row(experiment: experiment, state: trained.state, end: trained.end, recordedIn: path)
    {
      self = .finished(row)
    } else {
      self = .begun(checkpoint, iterations: experiment.training.iterations)
    }
  }

  /// The end of a finished run.
  var outcome: Comparison.Outcome? {
    if case .finished(let row) = self { .tested(row) } else { nil }
  }

  /// The checkpoint to resume from.
  var checkpoint: Checkpoint? {
    if case .begun(let checkpoint, _) = self { checkpoint } else { nil }
  }

  /// Opens the folder to write into; nil for a finished run, whose folder stays as it is.
  func open(_ path: String, overwrite: Bool) throws -> RunFolder? {
    switch self {
    case .new:
      // A run that was killed before its first checkpoint left no results; it starts anew.
      return try RunFolder(path, overwrite: overwrite || RunFolder.holdsOnlyBeginning(path))
    case .begun(let checkpoint, let iterations):
      let folder = try RunFolder(resuming: path)
      if let text = checkpoint.replacementNote { Console.note("tools: note: \(text)") }
      try folder.resume(from: checkpoint, iterations: iterations)
      return folder
    case .finished: return nil
    }
  }
}
