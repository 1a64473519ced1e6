import Algorithms
import Evaluation
import TensorCore

extension Reader {
  /// Pieces of a checkpoint's file.
  static let checkpointTokens = [
    "formatVersion", "digest", "configuration", "iteration", "iterations", "seed", "dataDigest", "splitFingerprint", "learned.",
    "carried.",
    "outer.", "model.hidden", "task.ways", "task.shots", "training.metaBatch", "inner.steps", "test.episodes", "test.steps", "meta-sgd",
    "reptile", "imaml", "chance", "glyphs", "omniglot", "conv", "mlp", "\\\"", "{}", "[]", "null", "F16", "F64", "\u{1b}[31m", "sinusoid",
  ]

  static let checkpoint = Reader(
    "checkpoint", tokens: checkpointTokens,
    seeds: {
      try SmallRun.all.flatMap { run throws in
        try inFile { path throws in
          try Checkpoint(experiment: run.experiment, snapshot: run.trainer.snapshot).write(to: path)
          var file = try Safetensors(contentsOf: path)
          let whole = file.encoded()
          // Files of an earlier version have no digest. Without it, damage gets further.
          file.metadata["digest"] = nil
          let plain = file.encoded()
          // Version 1 had the layouts in memory.
          file.metadata["formatVersion"] = "1"
          file.tensors = run.trainer.snapshot.tensors
          return [whole, plain, file.encoded()]
        }
      }
    },
    repair: SafetensorsFile.withLength
  ) { input, folder in
    let path = "\(folder)/input.safetensors"
    try write(input, to: path)
    try checkPrevious(input, folder)
    let checkpoint = try Checkpoint(contentsOf: path)
    let experiment: Experiment
    // The message depends on the machine.
    do { experiment = try checkpoint.experiment() } catch ExperimentError.memory { return "a checkpoint of a run without bounds" }
    // The estimate is that of the settings, which may ask for more than is tried here.
    guard experiment.memoryEstimate.totalBytes < 16 << 20 else { return "a checkpoint of a large run" }
    _ = try checkpoint.state(for: experiment)
    return "a checkpoint of \(try checkpoint.trainer(for: experiment).iteration) iterations"
  }

  /// Reads the input as the latest checkpoint of a folder that holds a whole one before it.
  private static func checkPrevious(_ input: [UInt8], _ folder: String) throws {
    try write(input, to: "\(folder)/\(Checkpoint.fileName)")
    try write(whole.get(), to: "\(folder)/\(Checkpoint.previousFileName)")
    // A file of another version is no damage, and its error is reported.
    let latest = Result { try Checkpoint.latest(in: folder)?.iteration }
    if case .failure(let error) = latest, case .formatVersion? = error as? CheckpointError { return }
    guard case .success(.some) = latest else { fatalError("a whole checkpoint beside a damaged one was not found") }
  }

  private static let whole = Result {
    let run = try SmallRun("chance", "sinusoid")
    return try inFile { path in
      try Checkpoint(experiment: run.experiment, snapshot: run.trainer.snapshot).write(to: path)
      return try AtomicFile.read(path)
    }
  }
}
