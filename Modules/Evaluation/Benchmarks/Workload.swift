public import Algorithms
import Models
public import Registry
import Tasks
public import TensorCore

/// A meta-training to time: an algorithm, a network and synthetic tasks, in float32.
public struct Workload: Sendable {
  /// A stable name, such as "omniglot-maml-1".
  public let id: String
  /// A description on one line.
  public let summary: String
  /// Floating-point operations of the matrix products that one meta-iteration needs at least.
  public let necessaryOperations: Double

  /// The number of tasks, queries and adaptation steps.
  public let size: WorkloadSize

  private(set) var algorithm: any Algorithm
  let learner: Learner
  let signature: TaskSignature
  private(set) var training: TrainingConfiguration
  private let row: Row
  // Each trainer draws its own tasks, so an idle workload takes no memory.
  private let tasks: @Sendable (_ batches: Int) -> BatchPool
  private var batches = BatchPool.usualCount

  /// Creates a trainer at the start of the workload, with its own tasks.
  ///
  /// - Parameters:
  ///   - threads: The number of threads, at most the allowed cores.
  ///   - adapts: Whether the trainer measures how many of them are fastest; otherwise all take part.
  /// - Returns: The trainer before its first step.
  /// - Throws: Errors of the trainer's initialiser.
  public func trainer(threads: Int, adapts: Bool = false) throws -> MetaTrainer {
    var configuration = training
    configuration.threads = threads
    configuration.usesAllThreads = !adapts
    return try MetaTrainer(algorithm, learner, tasks: tasks(batches), configuration)
  }

  /// The same workload with products of another precision.
  ///
  /// - Throws: `HyperparameterError` if the processor lacks it.
  public func multiplying(in precision: ProductPrecision) throws -> Workload {
    try TrainingConfiguration.check(precision, isAvailable: precision.isAvailable)
    var other = self
    other.training.precision = precision
    return other
  }

  /// The workload cut so that its tensors fit a limit, with as many threads as fit, and what was chosen.
  ///
  /// Its pool has one meta-batch.
  /// - Throws: ``ExperimentError/memoryLimit(limit:least:)`` if nothing fits, and errors of meta-training.
  public func fitted(to limit: ByteCount, threads: Int) throws -> (workload: Workload, threads: Int, note: String) {
    var small = self
    small.batches = 1
    small.training.threads = threads
    let options = MemoryPlan.Options(small.training, algorithm, chosen: [], keepsThreads: false)
    func changed(_ way: MemoryPlan.Way) throws -> Workload {
      var other = small
      for (key, value) in way.settings { other.algorithm = try setting(key, to: value, in: other.algorithm) }
      return other
    }
    let plans = try MemoryPlan.all(options) { try changed($0).trainer(threads: threads) }
    guard let plan = plans.first(where: { $0.memory.total <= Double(limit.bytes) }) else {
      throw ExperimentError.memoryLimit(limit: limit, least: ByteCount.megabytes(plans.map(\.memory.total).min() ?? 0))
    }
    var workload = try changed(plan.way)
    (workload.training.shardSize, workload.training.sharesShards) = (plan.shardSize, plan.sharesShards)
    let way = plan.way.settings.map { ", \($0.key)=\($0.value)" }.joined()
    let threads = "\(plan.threads) \(plan.threads == 1 ? "thread" : "threads")\(plan.sharesShards ? " at one shard" : "")"
    let note = "about \(ByteCount.megabytes(plan.memory.total)) of tensors: shards of \(plan.shardSize), \(threads)\(way)"
    return (workload, plan.threads, note)
  }

  /// The same workload in another size, with the same precision of products; its necessary operations are unknown.
  func resized(_ size: WorkloadSize) -> Workload {
    var other = row.make(row, size, .nan)
    other.training.precision = training.precision
    return other
  }
}

/// The sizes of a workload that a sweep can vary.
public struct WorkloadSize: Sendable, Hashable {
  /// Tasks per meta-batch.
  public var tasks: Int
  /// Query samples per class, or per task if there are no classes.
  public var queries: Int
  /// Adaptation steps.
  public var steps: Int
}

extension Workload {
  /// The names of all workloads, in the order of the table.
  ///
  /// The networks are an MLP 1-40-40-1 with ReLU, and four blocks of [3×3 convolution with 64 filters, batch norm with batch
  /// statistics, ReLU] that stride or pool, followed by a linear head. Losses are means, and every parameter adapts. The outer
  /// optimizer is Adam with a learning rate of 0.001, except for Reptile.
  public static let ids = rows.map(\.id)

  private static let rows = table + registered

  /// Finds a workload by its name.
  /// - Throws: `LookupError` with the nearest name.
  public static func named(_ id: String) throws(LookupError) -> Workload {
    guard let row = rows.first(where: { $0.id == id }) else { throw LookupError(kind: "workload", name: id, known: ids) }
    return row.make(row, row.size, row.gigaOperations * 1e9)
  }

  fileprivate struct Row: Sendable {
    let id: String
    let gigaOperations: Double
    let size: WorkloadSize
    let make: @Sendable (Row, WorkloadSize, _ necessaryOperations: Double) -> Workload
  }

  private static let table: [Row] = [
    sine("sinusoid-maml-1", "MAML, second order", 0.00996, steps: 1) { MAML(inner: $0) },
    sine("sinusoid-maml-5", "MAML, second order", 0.0398, steps: 5) { MAML(inner: $0) },
    sine("sinusoid-fomaml-1", "first-order MAML", 0.005, steps: 1) { FirstOrderMAML(inner: $0) },
    sine("sinusoid-metasgd-1", "Meta-SGD", 0.00996, steps: 1) {
      var algorithm = MetaSGD(firstRate: 0.01)
      algorithm.inner.steps = $0.steps
      return algorithm
    },
    sine("sinusoid-reptile-5", "Reptile on the support sets", 0.0125, steps: 5, outer: OuterOptimizer(SGD.self, learningRate: 1)) {
      Reptile(inner: $0)
    },
    image("omniglot-maml-1", 9.984, steps: 1, rate: 0.4),
    image("omniglot-maml-1-q15", 45.18, queries: 15, steps: 1, rate: 0.4),
    image("omniglot-maml-5", 39.86, steps: 5, rate: 0.1),
    image("omniglot-maml-5-q15", 75.06, queries: 15, steps: 5, rate: 0.1),
    image("omniglot-fomaml-5", 15.08, steps: 5, rate: 0.1, algorithm: { FirstOrderMAML(inner: $0) }, name: "first-order MAML"),
    image("omniglot-20way-maml-5", 79.73, ways: 20, tasks: 16, steps: 5, rate: 0.1),
    image("omniglot-pool-maml-5-q15", 276.9, queries: 15, steps: 5, rate: 0.1, downsampling: .maxpool),
    image(
      "omniglot-anil-5", 5.09, steps: 5, rate: 0.1, algorithm: { HeadAdaptation(inner: $0) },
      name: "the head alone adapts, the body runs once over support and query"),
    image(
      "omniglot-protonet", 1.571, shots: 5, queries: 15, tasks: 1, steps: 0, rate: 0, algorithm: { _ in PrototypeEpisode() },
      name: "prototypical network, one episode, squared Euclidean distances"),
    // The network of higher's and functorch's example.
    image(
      "omniglot-functorch", 430.3, shots: 5, queries: 15, steps: 5, rate: 0.1, blocks: 3, downsampling: .maxpool, padding: .valid),
  ]

  /// Workloads of algorithms that other modules register; each exists where its algorithm is linked.
  private static let registered =
    linked("maml-plus-plus") { type in
      // MAML, with four more passes over the query set of each task.
      image(
        "omniglot-maml-plus-plus-5", 49.92, steps: 5, rate: 0.1, algorithm: { made(type, $0) },
        name: "MAML++, query loss after each step")
    }
    + linked("r2d2") { type in
      image(
        "omniglot-r2d2", 1.572, shots: 5, queries: 15, tasks: 1, steps: 0, rate: 0, algorithm: { made(type, $0) },
        name: "ridge regression on features, one episode")
    }

  /// The row of an algorithm, if it is linked.
  private static func linked(_ id: String, _ row: (any Algorithm.Type) -> Row) -> [Row] {
    AlgorithmRegistry.all.items.filter { $0.id == id }.map { row($0.item) }
  }

  /// An algorithm with the steps and the rate of a workload, if it adapts by an inner loop.
  private static func made(_ type: any Algorithm.Type, _ loop: InnerLoop) -> any Algorithm {
    guard let plain = type.init() as? any InnerLoopAlgorithm else { return type.init() }
    var algorithm = plain
    (algorithm.inner.steps, algorithm.inner.learningRate) = (loop.steps, loop.learningRate)
    return algorithm
  }

  private static func sine(
    _ id: String, _ name: String, _ gigaOperations: Double, steps: Int, outer: OuterOptimizer = OuterOptimizer(),
    algorithm: @escaping @Sendable (InnerLoop) -> any Algorithm
  ) -> Row {
    Row(id: id, gigaOperations: gigaOperations, size: WorkloadSize(tasks: 25, queries: 10, steps: steps)) { row, size, operations in
      Workload(
        row, size, operations, summary: "\(size.tasks) sinusoids, 10 + \(size.queries) points, \(size.steps) steps of 0.01, \(name)",
        algorithm(InnerLoop(steps: size.steps, learningRate: 0.01)),
        Learner(model: MLP(widths: [1, 40, 40, 1]), taskLoss: .meanSquaredError),
        Sinusoid().signature, shardSize: 13, outer: outer
      ) { .sinusoids(tasks: size.tasks, queries: size.queries, batches: $0) }
    }
  }

  private static func image(
    _ id: String, _ gigaOperations: Double, ways: Int = 5, shots: Int = 1, queries: Int = 1, tasks: Int = 32, steps: Int,
    rate: Double, blocks: Int = 4, downsampling: ConvNet.Downsampling = .stride, padding: ConvNet.Padding = .same,
    algorithm: @escaping @Sendable (InnerLoop) -> any Algorithm = { MAML(inner: $0) }, name: String = "MAML, second order"
  ) -> Row {
    Row(id: id, gigaOperations: gigaOperations, size: WorkloadSize(tasks: tasks, queries: queries, steps: steps)) { row, size, operations in
      var model = ConvNet()
      (model.blocks, model.downsampling, model.padding) = (blocks, downsampling, padding)
      model.head = downsampling == .maxpool ? .flatten : .mean
      do { try model.configure(inputShape: [28, 28, 1], outputs: ways) } catch { fatalError("28×28 images fit: \(error)") }
      return Workload(
        row, size, operations,
        summary: "\(size.tasks) tasks, \(ways)-way \(shots)-shot, \(size.queries) queries a class, \(size.steps) steps of \(rate), \(name)",
        algorithm(InnerLoop(steps: size.steps, learningRate: rate)), Learner(model: model, taskLoss: .crossEntropy),
        BatchPool.imageSignature(ways: ways, shots: shots, queries: size.queries), shardSize: 1, outer: OuterOptimizer()
      ) { .images(ways: ways, shots: shots, queries: size.queries, tasks: size.tasks, batches: $0) }
    }
  }

  private init(
    _ row: Row, _ size: WorkloadSize, _ operations: Double, summary: String, _ algorithm: any Algorithm, _ learner: Learner,
    _ signature: TaskSignature, shardSize: Int, outer: OuterOptimizer, tasks: @escaping @Sendable (_ batches: Int) -> BatchPool
  ) {
    var training = TrainingConfiguration()
    training.iterations = 1 << 40  // large enough that every timed step draws ahead
    training.metaBatchSize = size.tasks
    training.shardSize = shardSize
    training.outer = outer
    self.init(
      id: row.id, summary: summary, necessaryOperations: operations, size: size, algorithm: algorithm, learner: learner,
      signature: signature, training: training, row: row, tasks: tasks)
  }
}
