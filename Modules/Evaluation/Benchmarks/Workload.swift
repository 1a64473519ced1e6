public import Algorithms
import Models
public import Registry
import Tasks
import TensorCore

/// A meta-training whose speed is measured: an algorithm, a network and synthetic tasks, float32.
public struct Workload: Sendable {
  /// Stable name, "omniglot-maml-1" for example.
  public let id: String
  /// What it does, on one line.
  public let summary: String
  /// The matrix products that one meta-iteration cannot do without, in floating-point operations.
  public let necessaryOperations: Double

  /// Its sizes.
  public let size: WorkloadSize

  let algorithm: any Algorithm
  let learner: Learner
  let signature: TaskSignature
  let training: TrainingConfiguration
  private let row: Row
  // Drawn for each trainer anew, so that a workload that is not running takes no memory.
  private let tasks: @Sendable () -> BatchPool

  /// A trainer at the start of the workload, with tasks of its own.
  public func trainer(threads: Int) throws -> MetaTrainer {
    var configuration = training
    configuration.threads = threads
    return try MetaTrainer(algorithm, learner, tasks: tasks(), configuration)
  }

  /// The same workload in another size; its necessary arithmetic is not known.
  func resized(_ size: WorkloadSize) -> Workload { row.make(row, size, .nan) }
}

/// The sizes of a workload: what a sweep varies.
public struct WorkloadSize: Sendable, Hashable {
  /// Tasks of a meta-batch.
  public var tasks: Int
  /// Query samples of a task: for each class, or in all where there are no classes.
  public var queries: Int
  /// Adaptation steps.
  public var steps: Int
}

extension Workload {
  /// All workloads by name, in the order of the table.
  ///
  /// The networks: an MLP 1-40-40-1 with ReLU; four blocks of [3×3 convolution with 64 filters, batch norm by the batch's
  /// statistics, ReLU] that stride or pool, and a linear head. Losses are means; every parameter adapts; the outer optimizer is
  /// Adam with 0.001 but for Reptile.
  public static let ids = table.map(\.id)

  /// The workload of a name.
  /// - Throws: `LookupError` with the nearest name.
  public static func named(_ id: String) throws(LookupError) -> Workload {
    guard let row = table.first(where: { $0.id == id }) else { throw LookupError(kind: "workload", name: id, known: ids) }
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
  ]

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
      ) { .sinusoids(tasks: size.tasks, queries: size.queries) }
    }
  }

  private static func image(
    _ id: String, _ gigaOperations: Double, ways: Int = 5, shots: Int = 1, queries: Int = 1, tasks: Int = 32, steps: Int,
    rate: Double, downsampling: ConvNet.Downsampling = .stride,
    algorithm: @escaping @Sendable (InnerLoop) -> any Algorithm = { MAML(inner: $0) }, name: String = "MAML, second order"
  ) -> Row {
    Row(id: id, gigaOperations: gigaOperations, size: WorkloadSize(tasks: tasks, queries: queries, steps: steps)) { row, size, operations in
      var model = ConvNet()
      model.downsampling = downsampling
      model.head = downsampling == .maxpool ? .flatten : .mean
      do { try model.configure(inputShape: [28, 28, 1], outputs: ways) } catch { preconditionFailure("28×28 images fit: \(error)") }
      return Workload(
        row, size, operations,
        summary: "\(size.tasks) tasks, \(ways)-way \(shots)-shot, \(size.queries) queries a class, \(size.steps) steps of \(rate), \(name)",
        algorithm(InnerLoop(steps: size.steps, learningRate: rate)), Learner(model: model, taskLoss: .crossEntropy),
        BatchPool.imageSignature(ways: ways, shots: shots, queries: size.queries), shardSize: 1, outer: OuterOptimizer()
      ) { .images(ways: ways, shots: shots, queries: size.queries, tasks: size.tasks) }
    }
  }

  private init(
    _ row: Row, _ size: WorkloadSize, _ operations: Double, summary: String, _ algorithm: any Algorithm, _ learner: Learner,
    _ signature: TaskSignature, shardSize: Int, outer: OuterOptimizer, tasks: @escaping @Sendable () -> BatchPool
  ) {
    var training = TrainingConfiguration()
    training.iterations = .max  // so that every step that is timed draws ahead
    training.metaBatchSize = size.tasks
    training.shardSize = shardSize
    training.outer = outer
    self.init(
      id: row.id, summary: summary, necessaryOperations: operations, size: size, algorithm: algorithm, learner: learner,
      signature: signature, training: training, row: row, tasks: tasks)
  }
}
