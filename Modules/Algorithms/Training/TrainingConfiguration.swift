public import Registry
public import Tasks
public import TensorCore

/// The configuration of a meta-training run, apart from the algorithm's own settings.
public struct TrainingConfiguration: Sendable, Hashable {
  /// The settings that a run's record includes, under the prefix "training" on the command line.
  public static let hyperparameters = HyperparameterTable<TrainingConfiguration>([
    .integer("metaBatch", \.metaBatchSize, in: 1...100_000, "Tasks per meta-update."),
    .integer(
      "shardSize", \.shardSize, in: 1...100_000,
      "Tasks per shard, the unit of work of a thread. It affects rounding, and so the result's bits."),
    .choice("precision", \.precision, "Products in meta-training; bfloat16 is faster and needs AVX512-BF16."),
  ])

  /// Number of meta-updates; it sets the outer optimizer's schedules and limits drawing tasks ahead.
  public var iterations = 1000
  /// Tasks per meta-update.
  public var metaBatchSize = 25
  /// Tasks per shard; it is part of the configuration and never depends on the machine.
  public var shardSize = 5
  /// The precision of products in meta-training; tests are in float32.
  public var precision = ProductPrecision.float32
  /// The random seed.
  public var seed: UInt64 = 0
  /// Largest number of threads; it does not change the result.
  ///
  /// A run starts no more than the cores that it may use.
  public var threads = 1
  /// Whether all threads take part in every step; otherwise the trainer measures how many are fastest.
  public var usesAllThreads = false
  /// Whether all threads work at one shard together, one shard after another, instead of a shard each; it does not change the result.
  ///
  /// A step then takes the memory of one shard. Threads share large kernels only, so it is slower for small networks.
  public var sharesShards = false
  /// The outer optimizer.
  public var outer = OuterOptimizer()

  /// The configuration for an algorithm: checks the outer optimizer, and sets the shard size that the task coupling requires.
  ///
  /// - Throws: `HyperparameterError` if a setting of the outer optimizer or the number of iterations is invalid, ``AlgorithmError`` if the meta-batch cannot be cut
  ///   into such shards.
  package func validated(for algorithm: any Algorithm) throws -> TrainingConfiguration {
    try outer.validate()
    try Self.check(precision, isAvailable: precision.isAvailable)
    // Tasks are numbered from 0 to iterations · meta-batch.
    if iterations.multipliedReportingOverflow(by: metaBatchSize).overflow {
      throw HyperparameterError.malformed(
        key: "iterations", found: "\(iterations)",
        expected: "at most \(Int.max / metaBatchSize), so that all tasks of meta-batches of \(metaBatchSize) can be numbered")
    }
    return try cut(for: algorithm.coupling, of: type(of: algorithm).card.id)
  }

  /// - Throws: `HyperparameterError.malformed` if the processor lacks the precision.
  package static func check(_ precision: ProductPrecision, isAvailable: Bool) throws(HyperparameterError) {
    guard !isAvailable else { return }
    throw .malformed(
      key: "training.precision", found: precision.rawValue, expected: "float32, because this processor lacks AVX512-BF16")
  }

  /// The configuration with the shard size that an algorithm's task coupling requires.
  ///
  /// - Throws: ``AlgorithmError/needsSeveralTasks(algorithm:)`` or ``AlgorithmError/needsGroups(algorithm:size:metaBatch:)`` if the
  ///   meta-batch cannot be cut into such shards.
  private func cut(for coupling: TaskCoupling, of algorithm: String) throws(AlgorithmError) -> TrainingConfiguration {
    var result = self
    switch coupling {
    case .independent: break
    case .metaBatch:
      guard metaBatchSize > 1 else { throw .needsSeveralTasks(algorithm: algorithm) }
      result.shardSize = metaBatchSize
    case .groups(let size):
      guard size > 0, metaBatchSize % size == 0 else { throw .needsGroups(algorithm: algorithm, size: size, metaBatch: metaBatchSize) }
      result.shardSize = size
    }
    return result
  }

  /// Number of recordings of shard shapes that each thread keeps.
  package static let recordingsPerThread = 8

  /// Number of threads to start: ``threads``, but no more than the allowed cores.
  package var workers: Int { min(threads, Processors.allowed) }

  /// Number of shards per meta-batch.
  package var shards: Int { (metaBatchSize - 1) / shardSize + 1 }

  /// Largest number of shards of the next step to draw ahead, starting with the first; 0 with one thread or one shard.
  ///
  /// The limit is four per thread, so that memory never holds a whole large meta-batch.
  package var shardsAhead: Int { shardsAhead(of: shards, awaitsOthers: false) }

  /// Whether all threads work at the same shard.
  func sharesShards(of own: Int) -> Bool { own == 1 || sharesShards }

  /// Largest number of a rank's shards of the next step to draw ahead; a rank that awaits others has time for it even with one thread.
  func shardsAhead(of own: Int, awaitsOthers: Bool) -> Int {
    own > 0 && (awaitsOthers || workers > 1 && !sharesShards(of: own)) ? min(own, 4 * min(workers, own)) : 0
  }

  /// Creates the default configuration.
  public init() {}

  /// Creates the configuration for a kind of task, with the meta-batches of Finn et al.: 25 for regression, 32 for images.
  public init(for signature: TaskSignature) {
    if signature.inputKind != .vector {
      metaBatchSize = 32
      // Measured: one task of a convolutional network fills the second-level cache. Shards of 2 are 1 to 7% slower, and shards of 4 are
      // 6 to 13% slower.
      shardSize = 1
    }
  }
}
