public import Algorithms
import TensorCore

/// The memory of tensors that a meta-training takes at its peak, from the measured memory of a shard.
///
/// ```
/// peak = base + max(first step, later steps, update) + episodes
/// first step   W·G + v·(W + log₂ S)            later steps   R + v·(W + log₂ S)            update   R + v·(3 + slots)
/// ```
/// `base` is what is live with a new trainer: data, learned parameters and the outer optimizer's slots. W threads work at S shards of a
/// step. G is the graph of a shard, R all recordings, v one vector of learned parameters. Gradients wait in a binary tree, on each of whose
/// levels one waits at most, and each thread has one more. Threads that share shards count as one. An update holds the sum, the mean, and
/// new parameters and slots. `episodes` are those of the shards at work and of those drawn ahead.
///
/// Each thread keeps a recording of a full shard. If the meta-batch is not a multiple of the shard size, the rest has a recording of its
/// own: on one thread if every thread has one shard, on all of them otherwise, because any may take the last one.
public struct TrainingMemory: Sendable, Hashable {
  /// Data, parameters and slots before the first step, in bytes.
  public let base: Double
  /// Episodes of the shards at work and ahead, in bytes.
  public let episodes: Double
  /// Graphs or recordings, whichever are larger, with the vectors beside them, in bytes.
  public let work: Double

  /// The peak, in bytes.
  public var total: Double { base + episodes + work }

  /// Computes the peak for a number of threads and a cut of the meta-batch.
  ///
  /// - Parameters:
  ///   - base: ``base``.
  ///   - training: The configuration, with its shard size.
  ///   - threads: The threads that take part.
  ///   - learned: The number of elements of the learned parameters.
  ///   - memory: The memory of a shard of a number of tasks.
  public init(
    base: Double, _ training: TrainingConfiguration, threads: Int, learned: Int, memory: (_ tasks: Int) throws -> ShardMemory
  ) rethrows {
    let size = min(training.shardSize, training.metaBatchSize)
    let (full, rest) = (training.metaBatchSize / size, training.metaBatchSize % size)
    let shards = full + (rest > 0 ? 1 : 0)
    let workers = training.sharesShards ? 1 : min(threads, shards)
    let whole = try memory(size)
    var recordings = Double(min(workers, full)) * whole.recording
    if rest > 0 { recordings += try Double(shards <= workers ? 1 : workers) * memory(rest).recording }
    let vector = 4 * Double(learned)
    var levels = 0
    while 1 << levels < shards { levels += 1 }
    let waiting = vector * Double(workers + levels)
    let slots = Double(training.outer.optimizer.rule.slots.count)
    let ahead = workers > 1 && shards > 1 ? min(shards, 4 * workers) : 0
    self.base = base
    episodes = whole.episodes * Double(workers + ahead)
    work = max(Double(workers) * whole.graph + waiting, recordings + waiting, recordings + vector * (3 + slots))
  }
}
