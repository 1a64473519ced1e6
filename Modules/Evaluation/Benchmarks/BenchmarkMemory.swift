import Algorithms
import Registry
import TensorCore

/// The memory of a workload: the estimate before its first step, and the peak of its steps.
public struct BenchmarkMemory: Sendable {
  /// The workload's name.
  public let workload: String
  /// The number of threads that worked on shards.
  public let threads: Int
  /// The estimate, in bytes of tensors.
  public let estimate: TrainingMemory
  /// The most bytes of tensors at one time, the pool of tasks included.
  public let peakBytes: Int

  /// The estimate as a multiple of the peak.
  public var ratio: Double { estimate.total / Double(max(peakBytes, 1)) }

  /// Measures a shard, estimates, and trains for a few steps.
  ///
  /// - Throws: Errors of meta-training.
  public init(_ workload: Workload, threads: Int, steps: Int = 4) throws {
    TensorMemory.trim()
    var trainer = try workload.trainer(threads: threads)
    let base = Double(TensorMemory.liveBytes)
    self.workload = workload.id
    self.threads = threads
    estimate = try TrainingMemory(
      base: base, trainer.configuration, threads: trainer.threads, learned: trainer.learnedCount, memory: trainer.measureShard)
    TensorMemory.resetPeak()
    for _ in 0..<steps { _ = try trainer.step() }
    peakBytes = TensorMemory.peakBytes
  }

  /// The table of several workloads.
  package static func table(_ all: [BenchmarkMemory]) -> TextTable {
    var table = TextTable(["workload", "threads", "estimate MB", "peak MB", "estimate / peak"])
    for one in all {
      table.append([
        one.workload, "\(one.threads)", significant(one.estimate.total / 1e6), significant(Double(one.peakBytes) / 1e6),
        fixed(one.ratio, 2),
      ])
    }
    return table
  }

  /// The member of the JSON output.
  public var json: JSON {
    .object([
      .init("workload", .string(workload)), .init("threads", .integer(threads)), .init("estimateBytes", .number(estimate.total)),
      .init("peakBytes", .integer(peakBytes)), .init("ratio", .number(ratio)),
    ])
  }
}
