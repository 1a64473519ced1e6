import Algorithms
import Evaluation
import Registry
import TensorCore

/// A run that cannot be resumed as requested.
enum ResumptionError: Error, Hashable, CustomStringConvertible {
  /// The command line differs from that of the run.
  case differs(path: String, key: String, kept: String, asked: String)

  var description: String {
    switch self {
    case .differs(let path, let key, let kept, let asked):
      "\(legible(path, limit: nil)) contains a run with \(legible(key)) = \(legible(kept)), but this command has \(legible(asked)); "
        + "resume with the original flags, or name another folder with --out."
    }
  }
}

/// A run that resumes from its checkpoint, or begins if it has none yet.
struct Resumption {
  /// The checkpoint; nil if the run begins.
  let checkpoint: Checkpoint?
  let folder: RunFolder

  /// Opens the folder of an interrupted run, of a run that ended before its first checkpoint, or of one that never began.
  ///
  /// Lines of metrics.jsonl after the checkpoint are dropped, because their iterations are repeated.
  /// - Throws: ``ResumptionError`` if the experiment differs from the run's, and errors of reading and writing.
  init(of experiment: Experiment, in path: String) throws {
    // The folder is locked before its checkpoint is read, so that nobody replaces it meanwhile.
    folder = try RunFolder(resuming: path)
    checkpoint = folder.hasCheckpoint ? try Checkpoint(contentsOf: folder.path) : nil
    if let checkpoint { try Self.compare(checkpoint, with: experiment, folder.path) }
    try folder.resume(from: checkpoint)
  }

  /// Throws if the settings differ from those of the run.
  static func compare(_ checkpoint: Checkpoint, with experiment: Experiment, _ path: String) throws(ResumptionError) {
    let asked = Checkpoint(experiment: experiment, snapshot: TrainingSnapshot(iteration: 0, tensors: [:]))
    func facts(_ checkpoint: Checkpoint) -> [(key: String, value: String)] {
      [
        ("algorithm", checkpoint.algorithm), ("task", checkpoint.task), ("model", checkpoint.model), ("seed", "\(checkpoint.seed)"),
        ("iterations", "\(checkpoint.iterations)"), ("the digest of --init", checkpoint.initialisation ?? "none"),
      ] + checkpoint.settings
    }
    let (kept, new) = (facts(checkpoint), facts(asked))
    let asks = Dictionary(new, uniquingKeysWith: { first, _ in first })
    for (key, value) in kept where asks[key] != value {
      throw .differs(path: path, key: key, kept: value, asked: asks[key] ?? "no such setting")
    }
    let known = Set(kept.map(\.key))
    // A run that an earlier version began has no record of settings that came later: it had their defaults.
    let help = try? Experiment.settingsHelp(algorithm: checkpoint.algorithm, task: checkpoint.task, model: checkpoint.model)
    let defaults = Dictionary((help ?? []).map { ($0.key, $0.defaultValue.description) }) { first, _ in first }
    if let extra = new.first(where: { !known.contains($0.key) && defaults[$0.key] != $0.value }) {
      throw .differs(path: path, key: extra.key, kept: defaults[extra.key] ?? "no such setting", asked: extra.value)
    }
  }
}
