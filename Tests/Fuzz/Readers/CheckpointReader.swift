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
    let checkpoint = try Checkpoint(contentsOf: path)
    let experiment: Experiment
    // The message depends on the machine.
    do { experiment = try checkpoint.experiment() } catch ExperimentError.memory { return "a checkpoint of a run without bounds" }
    // The estimate is that of the settings, which may ask for more than is tried here.
    guard experiment.memoryEstimate.totalBytes < 16 << 20 else { return "a checkpoint of a large run" }
    _ = try checkpoint.state(for: experiment)
    return "a checkpoint of \(try checkpoint.trainer(for: experiment).iteration) iterations"
  }
}
