import Algorithms
import Glibc
import Models
import Registry
import Synchronization
import Tasks
import TensorCore

/// Lines through the origin with one slope per task: small, exact, and drawn from keyed streams.
struct Lines: TaskDistribution {
  static let card = TaskCard(id: "test-lines", title: "Lines", citation: "none")
  static let hyperparameters = HyperparameterTable<Lines>([])

  /// Episodes from this index on contain a number that is not finite; nil for none.
  var poisonedFrom: Int?
  /// A factor of the targets.
  var scale = 1.0
  /// Records the indices of drawn episodes, if not nil.
  var drawn: Drawn?
  /// Delays an episode until another one has been drawn.
  var delayed: (index: Int, until: Int)?

  final class Drawn: Sendable {
    private let indices = Mutex<[Int]>([])
    var sorted: [Int] { indices.withLock { $0.sorted() } }
    func note(_ index: Int) { indices.withLock { $0.append(index) } }
    /// Waits until an episode has been drawn, for at most half a minute.
    func wait(for index: Int) {
      let start = ContinuousClock.now
      while !indices.withLock({ $0.contains(index) }), ContinuousClock.now - start < .seconds(30) { sched_yield() }
    }
  }

  var signature: TaskSignature {
    TaskSignature(
      inputShape: [1], outputs: 1, taskLoss: .meanSquaredError, supportCount: 4, queryCount: 3, suggestedModel: "mlp")
  }

  var splitFingerprint: String { "0" }

  func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode {
    if let delayed, delayed.index == index { drawn?.wait(for: delayed.until) }
    drawn?.note(index)
    var stream = stream(index, in: split, seed: seed)
    let slope = stream.uniform(-1...1) * scale
    func set(_ count: Int) throws -> LabelledSet {
      var inputs = (0..<count).map { _ in stream.uniform(-1...1) }
      if let poisonedFrom, index >= poisonedFrom { inputs[0] = .nan }
      return LabelledSet(
        inputs: try Tensor(inputs, shape: [count, 1], dtype: .float32),
        targets: .values(try Tensor(inputs.map { $0 * slope }, shape: [count, 1], dtype: .float32)))
    }
    return Episode(support: try set(4), query: try set(3))
  }
}

/// A trainer of an algorithm on lines with a tiny network.
func trainer(
  _ algorithm: any Algorithm, tasks: Lines = Lines(), threads: Int = 1, seed: UInt64 = 0, iterations: Int = 20,
  metaBatchSize: Int = 7, outer: OuterOptimizer = OuterOptimizer()
) throws -> MetaTrainer {
  try MetaTrainer(
    algorithm, lineLearner, tasks: tasks,
    configuration(threads: threads, seed: seed, iterations: iterations, metaBatchSize: metaBatchSize, outer: outer))
}

let lineLearner = Learner(model: MLP(widths: [1, 5, 1], activation: .tanh), taskLoss: .meanSquaredError)

func configuration(
  threads: Int = 1, seed: UInt64 = 0, iterations: Int = 20, metaBatchSize: Int = 7, outer: OuterOptimizer = OuterOptimizer()
) -> TrainingConfiguration {
  var result = TrainingConfiguration()
  result.threads = threads
  result.seed = seed
  result.iterations = iterations
  result.metaBatchSize = metaBatchSize
  result.shardSize = 3
  result.outer = outer
  return result
}

/// The bytes of every tensor of a snapshot, by name.
func bytes(_ snapshot: TrainingSnapshot) -> [String: [UInt8]] {
  snapshot.tensors.mapValues { $0.withUnsafeBytes { Array($0) } }
}
