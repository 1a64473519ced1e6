import Algorithms
import Evaluation
import TensorCore

/// A run that cannot be resumed as asked.
enum ResumptionError: Error, Hashable, CustomStringConvertible {
  /// The command line asks for something else than the run that was begun.
  case differs(path: String, key: String, kept: String, asked: String)

  var description: String {
    switch self {
    case .differs(let path, let key, let kept, let asked):
      "\(path) holds a run with \(key) = \(kept), this command asks for \(asked); resume with the flags that the run was begun with."
    }
  }
}

/// A run that goes on where its checkpoint was written.
struct Resumption {
  let checkpoint: Checkpoint
  let folder: RunFolder

  /// Opens the folder of a run that was stopped.
  ///
  /// Lines of metrics.jsonl behind the checkpoint are dropped: their iterations are done again.
  /// - Throws: ``ResumptionError`` where the experiment is another one, and what reading and writing throws.
  init(of experiment: Experiment, in path: String) throws {
    checkpoint = try Checkpoint(contentsOf: path)
    try Self.compare(checkpoint, with: experiment, path)
    folder = try RunFolder(resuming: path, after: checkpoint.snapshot.iteration)
  }

  /// Refuses to go on with other settings than the run was begun with.
  private static func compare(_ checkpoint: Checkpoint, with experiment: Experiment, _ path: String) throws(ResumptionError) {
    let asked = Checkpoint(experiment: experiment, snapshot: checkpoint.snapshot)
    func facts(_ checkpoint: Checkpoint) -> [(key: String, value: String)] {
      [
        ("algorithm", checkpoint.algorithm), ("task", checkpoint.task), ("model", checkpoint.model), ("seed", "\(checkpoint.seed)"),
        ("iterations", "\(checkpoint.iterations)"),
      ] + checkpoint.settings
    }
    let (kept, new) = (facts(checkpoint), facts(asked))
    let asks = Dictionary(new, uniquingKeysWith: { first, _ in first })
    for (key, value) in kept where asks[key] != value {
      throw .differs(path: path, key: key, kept: value, asked: asks[key] ?? "no such setting")
    }
    let known = Set(kept.map(\.key))
    if let extra = new.first(where: { !known.contains($0.key) }) {
      throw .differs(path: path, key: extra.key, kept: "no such setting", asked: extra.value)
    }
  }
}
