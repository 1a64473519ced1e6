import Algorithms
import Registry
import TensorCore

/// How a meta-training is cut into shards, threads and segments so that its tensors fit a limit.
public struct MemoryPlan: Sendable, Hashable {
  /// The setting of every algorithm that differentiates through adaptation, and the value that keeps fewer graphs.
  static let (wayKey, sparingWay) = ("gradient", "rematerialised")
  /// How much longer a step takes with ``sparingWay``, for the order of plans. It repeats the forward passes; measured: 1.05 to 1.3.
  private static let sparingTime = 1.3
  /// What a shard costs beside its tasks, in tasks, for the order of plans.
  private static let shardOverhead = 0.5

  /// The value of the setting "gradient"; nil for the configured one.
  public let way: String?
  /// Tasks per shard.
  public let shardSize: Int
  /// Threads that take part.
  public let threads: Int
  /// The memory of the training under the plan.
  public let memory: TrainingMemory

  /// What a plan may choose from; the first value of each is the one without a limit.
  struct Options {
    var ways: [String?]
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
      let mayChange = !chosen.contains(MemoryPlan.wayKey) && value(of: MemoryPlan.wayKey, in: algorithm) == "unrolled"
      ways = mayChange ? [nil, MemoryPlan.sparingWay] : [nil]
      shardSizes = [min(training.shardSize, training.metaBatchSize)]
      if algorithm.coupling == .independent, !chosen.contains("training.shardSize") {
        while let last = shardSizes.last, last > 1 { shardSizes.append(last / 2) }
      }
      threads = keepsThreads ? [training.workers] : (1...training.workers).reversed()
    }
  }

  /// All plans, the fastest first.
  ///
  /// - Parameter trainer: Makes a trainer of a way at its start.
  /// - Throws: Errors of meta-training.
  static func all(_ options: Options, trainer: (_ way: String?) throws -> MetaTrainer) throws -> [MemoryPlan] {
    var plans: [(plan: MemoryPlan, time: Double)] = []
    for way in options.ways {
      let trainer = try trainer(way)
      let base = Double(TensorMemory.liveBytes)
      let lone = options.shardSizes == [1] || trainer.configuration.metaBatchSize == 1
      let isFixed = options.shardSizes.count == 1 && !lone
      // The memory of a shard lies on a line over its tasks, so a large shard need not fit to be measured.
      let one = isFixed ? nil : try trainer.measureShard(of: 1)
      let two = isFixed || lone ? nil : try trainer.measureShard(of: 2)
      for size in options.shardSizes {
        var training = trainer.configuration
        training.shardSize = size
        for threads in options.threads {
          let memory = try TrainingMemory(base: base, training, threads: threads, learned: trainer.learnedCount) { tasks in
            guard let one else { return try trainer.measureShard(of: tasks) }
            return two.map { .line(one, $0, tasks: tasks) } ?? one
          }
          plans.append((MemoryPlan(way: way, shardSize: size, threads: threads, memory: memory), time(way, training, threads)))
        }
      }
    }
    // Of equal times, the plan with fewer changes comes first.
    return plans.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element.plan)
  }

  /// The relative time of a step.
  private static func time(_ way: String?, _ training: TrainingConfiguration, _ threads: Int) -> Double {
    let workers = min(threads, training.shards)
    let rounds = (training.shards + workers - 1) / workers
    return (way == sparingWay ? sparingTime : 1) * Double(rounds) * (Double(training.shardSize) + shardOverhead)
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
