import Algorithms
import Registry
import TensorCore

/// How a meta-training is cut into shards, threads and segments so that its tensors fit a limit.
public struct MemoryPlan: Sendable, Hashable {
  /// A way through the inner loop.
  enum Way: Sendable, Hashable {
    /// The configured one.
    case configured
    /// Rematerialised, with the graphs of about √steps steps in memory.
    case segments
    /// Rematerialised, with the graph of one step in memory.
    case steps

    /// The setting of every algorithm that differentiates through adaptation, and that of its segments.
    static let (key, segmentKey) = ("gradient", "gradient.segment")

    /// The settings that differ from the configured ones.
    var settings: [(key: String, value: String)] {
      switch self {
      case .configured: []
      case .segments: [(Self.key, "rematerialised")]
      case .steps: [(Self.key, "rematerialised"), (Self.segmentKey, "1")]
      }
    }

    /// How much longer a step takes, for the order of plans; it repeats the forward passes of the adaptation.
    var time: Double {
      switch self {
      case .configured: 1
      case .segments: 1.3
      case .steps: 1.35
      }
    }
  }

  /// What a shard costs beside its tasks, in tasks, for the order of plans.
  private static let shardOverhead = 0.5
  /// How much each further thread adds to the speed of a shard that all threads share, for the order of plans.
  private static let sharedSpeed = 0.7

  let way: Way
  /// Tasks per shard.
  public let shardSize: Int
  /// Threads that take part.
  public let threads: Int
  /// Whether the threads work at one shard together.
  public let sharesShards: Bool
  /// The memory of the training under the plan.
  public let memory: TrainingMemory

  /// What a plan may choose from; the first value of each is the one without a limit.
  struct Options {
    var ways: [Way]
    var shardSizes: [Int]
    var threads: [Int]

    /// Configured values, and smaller ones where the user has not chosen.
    ///
    /// - Parameters:
    ///   - training: The configuration, cut for the algorithm.
    ///   - algorithm: The algorithm; one that couples tasks keeps its shards.
    ///   - chosen: The keys of the settings that the user has chosen.
    ///   - keepsThreads: Whether the user has chosen the number of threads.
    init(_ training: TrainingConfiguration, _ algorithm: any Algorithm, chosen: Set<String>, keepsThreads: Bool) {
      let mayChange = !chosen.contains(Way.key) && value(of: Way.key, in: algorithm) == "unrolled"
      ways = !mayChange ? [.configured] : chosen.contains(Way.segmentKey) ? [.configured, .segments] : [.configured, .segments, .steps]
      shardSizes = [min(training.shardSize, training.metaBatchSize)]
      if algorithm.coupling == .independent, !chosen.contains("training.shardSize") {
        while let last = shardSizes.last, last > 1 { shardSizes.append(last / 2) }
      }
      threads = keepsThreads ? [training.workers] : (1...training.workers).reversed()
    }
  }

  /// All plans: the one without a change first, then the fastest.
  ///
  /// - Parameters:
  ///   - options: What a plan may choose from.
  ///   - trainer: Makes a trainer of a way at its start.
  /// - Returns: A plan for each combination of a way, a shard size and a number of threads.
  /// - Throws: Errors of meta-training.
  static func all(_ options: Options, trainer: (Way) throws -> MetaTrainer) throws -> [MemoryPlan] {
    var plans: [(plan: MemoryPlan, time: Double)] = []
    for way in options.ways {
      let trainer = try trainer(way)
      let base = Double(TensorMemory.liveBytes)
      let memory = try shardMemory(trainer, options.shardSizes)
      for size in options.shardSizes {
        var training = trainer.configuration
        training.shardSize = size
        for threads in options.threads {
          for shares in threads > 1 && training.shards > 1 ? [false, true] : [false] {
            training.sharesShards = shares
            let total = try TrainingMemory(base: base, training, threads: threads, learned: trainer.learnedCount, memory: memory)
            let plan = MemoryPlan(way: way, shardSize: size, threads: threads, sharesShards: shares, memory: total)
            plans.append((plan, time(way, training, threads)))
          }
        }
      }
    }
    // Where nothing has to change, nothing does. Of equal times, the plan with fewer changes comes first.
    guard let configured = plans.first else { return [] }
    let others = plans.enumerated().dropFirst().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
    return [configured.plan] + others.map(\.element.plan)
  }

  /// Measures shards so that a large one need not fit: the memory of a shard lies on a line over its tasks.
  private static func shardMemory(_ trainer: MetaTrainer, _ sizes: [Int]) throws -> (_ tasks: Int) throws -> ShardMemory {
    // An algorithm that couples tasks may have no smaller shards.
    if sizes.count == 1, sizes[0] > 1 { return trainer.measureShard }
    let one = try trainer.measureShard(of: 1)
    guard sizes[0] > 1 else { return { _ in one } }
    let two = try trainer.measureShard(of: 2)
    return { .line(one, two, tasks: $0) }
  }

  /// The relative time of a step.
  private static func time(_ way: Way, _ training: TrainingConfiguration, _ threads: Int) -> Double {
    let shards = Double(training.shards)
    let speed = 1 + sharedSpeed * Double(threads - 1)
    let rounds = training.sharesShards || training.shards == 1 ? shards / speed : (shards / Double(threads)).rounded(.up)
    return way.time * rounds * (Double(training.shardSize) + shardOverhead)
  }
}

/// The text of an algorithm's setting; nil if it has no such setting.
func value(of key: String, in algorithm: some Algorithm) -> String? {
  type(of: algorithm).hyperparameters.values(of: algorithm).first { $0.key == key }?.value.description
}

/// An algorithm with another value of a setting that it has.
func setting<A: Algorithm>(_ key: String, to text: String, in algorithm: A) throws(HyperparameterError) -> any Algorithm {
  var other = algorithm
  try A.hyperparameters.set(key, to: text, in: &other)
  return other
}
