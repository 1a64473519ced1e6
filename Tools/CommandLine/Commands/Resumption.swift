import Algorithms
import Evaluation
import Registry
import TensorCore

/// A run that cannot be resumed as requested.
enum ResumptionError: Error, Hashable, CustomStringConvertible {
  /// The command line differs from that of the run.
  case differs(path: String, key: String, kept: String, asked: String)
  /// The command asks for fewer iterations than the run has.
  case fewerIterations(path: String, kept: Int, asked: Int)
  /// The command asks for more iterations, and a setting of the run depends on their number.
  case dependsOnIterations(path: String, kept: Int, asked: Int, IterationDependence)

  var description: String {
    switch self {
    case .differs(let path, let key, let kept, let asked):
      "\(legible(path, limit: nil)) contains a run with \(legible(key)) = \(legible(kept)), but this command has \(legible(asked)); "
        + "resume with the original flags, or name another folder with --out."
    case .fewerIterations(let path, let kept, let asked):
      "\(legible(path, limit: nil)) contains a run of \(kept) iterations, but this command has \(asked); give --iterations \(kept) or more, or "
        + "name another folder with --out."
    case .dependsOnIterations(let path, let kept, let asked, let reason):
      "\(legible(path, limit: nil)) contains a run of \(kept) iterations, which cannot go on to \(asked), because \(reason); start a new run "
        + "of \(asked) iterations in another folder, or resume with --iterations \(kept)."
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
  /// Lines of metrics.jsonl after the checkpoint are dropped, because their iterations are repeated. If the latest checkpoint is damaged,
  /// the one before it takes its place, with a note.
  /// - Throws: ``ResumptionError`` if the experiment differs from the run's, and errors of reading and writing.
  init(of experiment: Experiment, in path: String) throws {
    // The folder is locked before its checkpoint is read, so that nobody replaces it meanwhile.
    folder = try RunFolder(resuming: path)
    checkpoint = try Checkpoint.latest(in: folder.path)
    if let checkpoint { try Self.compare(checkpoint, with: experiment, folder.path) }
    if let text = checkpoint?.replacementNote { Console.note("tools: note: \(text)") }
    try folder.resume(from: checkpoint, iterations: experiment.training.iterations)
  }

  /// Throws if the settings differ from those of the run; more iterations are allowed if nothing else depends on their number.
  static func compare(_ checkpoint: Checkpoint, with experiment: Experiment, _ path: String) throws(ResumptionError) {
    let asked = Checkpoint(experiment: experiment, snapshot: TrainingSnapshot(iteration: 0, tensors: [:]))
    func facts(_ checkpoint: Checkpoint) -> [(key: String, value: String)] {
      [
        ("algorithm", checkpoint.algorithm), ("task", checkpoint.task), ("model", checkpoint.model), ("seed", "\(checkpoint.seed)"),
        ("the digest of --init", checkpoint.initialisation ?? "none"),
      ] + checkpoint.settings
    }
    let (kept, new) = (facts(checkpoint), facts(asked))
    let asks = Dictionary(new, uniquingKeysWith: { first, _ in first })
    // A run that an earlier version began has no record of settings that came later, and one without validation none of its settings: it
    // had their defaults.
    let help = try? Experiment.settingsHelp(algorithm: checkpoint.algorithm, task: checkpoint.task, model: checkpoint.model)
    let defaults = Dictionary((help ?? []).map { ($0.key, $0.defaultValue.description) }) { first, _ in first }
    for (key, value) in kept where asks[key] != value {
      throw .differs(path: path, key: key, kept: value, asked: asks[key] ?? defaults[key] ?? "no such setting")
    }
    let known = Set(kept.map(\.key))
    if let extra = new.first(where: { !known.contains($0.key) && defaults[$0.key] != $0.value }) {
      throw .differs(path: path, key: extra.key, kept: defaults[extra.key] ?? "no such setting", asked: extra.value)
    }
    let (done, more) = (checkpoint.iterations, experiment.training.iterations)
    guard more >= done else { throw .fewerIterations(path: path, kept: done, asked: more) }
    if more > done, let reason = experiment.iterationDependence(after: checkpoint.iteration, of: done) {
      throw .dependsOnIterations(path: path, kept: done, asked: more, reason)
    }
  }
}
