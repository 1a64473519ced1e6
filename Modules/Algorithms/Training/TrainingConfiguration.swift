public import Registry
public import Tasks
import TensorCore

/// How a meta-training runs, beside the algorithm's own settings.
public struct TrainingConfiguration: Sendable, Hashable {
  /// The settings that belong to a run's record, under the prefix "training" on the command line.
  public static let hyperparameters = HyperparameterTable<TrainingConfiguration>([
    .integer("metaBatch", \.metaBatchSize, in: 1...100_000, "Tasks of one meta-update."),
    .integer("shardSize", \.shardSize, in: 1...100_000, "Tasks that one thread takes at a time; part of the result's bits."),
  ])

  /// Meta-updates: what the outer optimizer's schedules go by, and how far tasks are drawn ahead.
  public var iterations = 1000
  /// Tasks of one meta-update.
  public var metaBatchSize = 25
  /// Tasks of one shard: part of the configuration, never derived from the machine.
  public var shardSize = 5
  /// The random seed.
  public var seed: UInt64 = 0
  /// Threads that take shards; no part of the result.
  public var threads = 1
  /// The outer optimizer.
  public var outer = OuterOptimizer()

  /// The configuration as an algorithm needs it: its outer optimizer checked, its shards cut.
  ///
  /// - Throws: `HyperparameterError` for an outer optimizer that is out of its range, ``AlgorithmError`` for a meta-batch that cannot be
  ///   cut.
  package func validated(for algorithm: any Algorithm) throws -> TrainingConfiguration {
    try outer.validate()
    return try cut(for: algorithm.coupling, of: type(of: algorithm).card.id)
  }

  /// The configuration with shards as an algorithm's coupling of tasks asks for them.
  ///
  /// - Throws: ``AlgorithmError/needsSeveralTasks(algorithm:)`` or ``AlgorithmError/needsGroups(algorithm:size:metaBatch:)`` where the
  ///   meta-batch cannot be cut so.
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

  /// Shards of one meta-batch.
  package var shards: Int { (metaBatchSize - 1) / shardSize + 1 }

  /// The most shards of the next step that threads draw ahead, the first ones: none on one thread, or where a shard is alone.
  ///
  /// Four for each thread, so that a large meta-batch never lies in memory as a whole.
  package var shardsAhead: Int { threads > 1 && shards > 1 ? min(shards, 4 * min(threads, shards)) : 0 }

  /// The defaults.
  public init() {}

  /// What suits tasks of a kind: the meta-batches of Finn et al., 25 for a regression and 32 for images.
  public init(for signature: TaskSignature) {
    if signature.inputKind == .image {
      metaBatchSize = 32
      // Measured: a convolutional network's task fills the second-level cache alone; shards of 2 are 1 to 7% slower, of 4 6 to 13%.
      shardSize = 1
    }
  }
}
