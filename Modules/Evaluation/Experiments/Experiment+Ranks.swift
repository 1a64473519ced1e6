public import Algorithms
import Registry
import Tasks
import TensorCore

extension Experiment {
  /// What must be equal on all ranks: the version, the configuration, the data, and the library of matrix products.
  public var rankFacts: [(key: String, value: String)] {
    [("version", FrameworkVersion.current)] + configuration.map { ($0.key, "\($0.value)") } + [
      ("split", tasks.splitFingerprint), ("data", tasks.dataDigest ?? "none"), ("products", Kernels.productLibrary),
    ]
  }

  /// Helps rank 0 with its run, as another rank of the group: computes this rank's shards of every step.
  ///
  /// It reads and writes no files. The state to start from is rank 0's.
  /// - Throws: As `MetaTrainer.assist()`.
  public func assist(in group: RankGroup) throws {
    var trainer = try outlineTrainer()
    try trainer.join(group)
    try trainer.assist()
  }
}
