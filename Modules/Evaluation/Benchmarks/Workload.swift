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

  let algorithm: any Algorithm
  let learner: Learner
  let tasks: BatchPool
  let training: TrainingConfiguration

  /// A trainer at the start of the workload.
  public func trainer(threads: Int) throws -> MetaTrainer {
    var configuration = training
    configuration.threads = threads
    return try MetaTrainer(algorithm, learner, tasks: tasks, configuration)
  }
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
    return row.make(row)
  }

  private struct Row: Sendable {
    let id: String
    let summary: String
    let gigaOperations: Double
    let make: @Sendable (Row) -> Workload
  }

  private static let table: [Row] = [
    sine("sinusoid-maml-1", "MAML, 1 second-order step of 0.01", 0.00996, MAML(inner: InnerLoop(steps: 1, learningRate: 0.01))),
    sine("sinusoid-maml-5", "MAML, 5 second-order steps of 0.01", 0.0398, MAML(inner: InnerLoop(steps: 5, learningRate: 0.01))),
    sine(
      "sinusoid-fomaml-1", "first-order MAML, 1 step of 0.01", 0.005, FirstOrderMAML(inner: InnerLoop(steps: 1, learningRate: 0.01))),
    sine("sinusoid-metasgd-1", "Meta-SGD, 1 step", 0.00996, MetaSGD(firstRate: 0.01)),
    sine(
      "sinusoid-reptile-5", "Reptile, 5 full-batch steps of 0.01, no query pass", 0.0125,
      Reptile(inner: InnerLoop(steps: 5, learningRate: 0.01)), outer: OuterOptimizer(.sgd, learningRate: 1)),
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
    _ id: String, _ summary: String, _ gigaOperations: Double, _ algorithm: any Algorithm, outer: OuterOptimizer = OuterOptimizer()
  ) -> Row {
    Row(id: id, summary: "25 sinusoids, 10 + 10 points, \(summary)", gigaOperations: gigaOperations) { row in
      Workload(
        row, algorithm, Learner(model: MLP(widths: [1, 40, 40, 1]), objective: .meanSquaredError), .sinusoids(tasks: 25), shardSize: 13,
        outer: outer)
    }
  }

  private static func image(
    _ id: String, _ gigaOperations: Double, ways: Int = 5, shots: Int = 1, queries: Int = 1, tasks: Int = 32, steps: Int,
    rate: Double, downsampling: ConvNet.Downsampling = .stride,
    algorithm: @escaping @Sendable (InnerLoop) -> any Algorithm = { MAML(inner: $0) }, name: String = "MAML, second order"
  ) -> Row {
    let text = "\(tasks) tasks, \(ways)-way \(shots)-shot, \(queries) queries a class, \(steps) steps of \(rate), \(name)"
    return Row(id: id, summary: text, gigaOperations: gigaOperations) { row in
      var model = ConvNet()
      model.downsampling = downsampling
      model.head = downsampling == .maxpool ? .flatten : .mean
      do { try model.fit(inputShape: [28, 28, 1], outputs: ways) } catch { preconditionFailure("28×28 images fit: \(error)") }
      return Workload(
        row, algorithm(InnerLoop(steps: steps, learningRate: rate)), Learner(model: model, objective: .crossEntropy),
        .images(ways: ways, shots: shots, queries: queries, tasks: tasks), shardSize: 1, outer: OuterOptimizer())
    }
  }

  private init(
    _ row: Row, _ algorithm: any Algorithm, _ learner: Learner, _ tasks: BatchPool, shardSize: Int, outer: OuterOptimizer
  ) {
    var training = TrainingConfiguration()
    training.metaBatchSize = tasks.tasksPerBatch
    training.shardSize = shardSize
    training.outer = outer
    self.init(
      id: row.id, summary: row.summary, necessaryOperations: row.gigaOperations * 1e9, algorithm: algorithm, learner: learner,
      tasks: tasks, training: training)
  }
}
