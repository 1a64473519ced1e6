import Registry
import Tasks
import TensorCore

/// The tasks of a benchmark: some meta-batches, drawn and stacked in advance, in an endless cycle.
///
/// A benchmark thus times handing episodes over, but not drawing them.
struct BatchPool: TaskDistribution {
  static let card = TaskCard(id: "benchmark", title: "Synthetic tasks of the benchmarks", citation: "none")
  static let hyperparameters = HyperparameterTable<BatchPool>([])
  /// The number of meta-batches, unless memory is limited.
  static let usualCount = 16

  private var batches: [Episodes] = []
  private(set) var tasksPerBatch = 0
  private(set) var signature = TaskSignature(
    inputShape: [1], outputs: 1, taskLoss: .meanSquaredError, supportCount: 1, queryCount: 1, suggestedModel: "mlp")

  init() {}

  private init(_ tasks: Int, _ signature: TaskSignature, batches count: Int, draw: (Int) -> Episodes) {
    tasksPerBatch = tasks
    self.signature = signature
    batches = (0..<count).map(draw)
  }

  var splitFingerprint: String { "none" }

  func episode(_ index: Int, in split: Split, seed: UInt64) -> Episode {
    episodes(index..<(index + 1), in: split, seed: seed)[task: 0]
  }

  /// The episodes, as views of one stored meta-batch.
  /// - Precondition: The indices belong to one meta-batch.
  func episodes(_ indices: Range<Int>, in split: Split, seed: UInt64) -> Episodes {
    let start = indices.lowerBound % tasksPerBatch
    require(start + indices.count <= tasksPerBatch, "episodes \(indices) of batches of \(tasksPerBatch)")
    return batches[indices.lowerBound / tasksPerBatch % batches.count][start..<(start + indices.count)]
  }

  /// Sine waves as in the `sinusoid` family, 10 support points.
  static func sinusoids(tasks: Int, queries: Int, batches: Int) -> BatchPool {
    var family = Sinusoid()
    family.queries = queries
    return BatchPool(tasks, family.signature, batches: batches) { batch in
      Episodes(((batch * tasks)..<((batch + 1) * tasks)).map { family.episode($0, in: .metaTrain, seed: 7) })
    }
  }

  static func imageSignature(ways: Int, shots: Int, queries: Int) -> TaskSignature {
    TaskSignature(
      inputShape: [28, 28, 1], outputs: ways, taskLoss: .crossEntropy, supportCount: ways * shots, queryCount: ways * queries,
      suggestedModel: "conv", inputKind: .image)
  }

  /// Images of 28×28: a normally distributed prototype for each class, plus normal noise of deviation 0.3 for each drawing.
  static func images(ways: Int, shots: Int, queries: Int, tasks: Int, batches: Int) -> BatchPool {
    BatchPool(tasks, imageSignature(ways: ways, shots: shots, queries: queries), batches: batches) { batch in
      Episodes(
        (0..<tasks).map { task in
          var stream = RandomStream(seed: 7).child("benchmark images").child(batch).child(task)
          let prototypes = (0..<(ways * 784)).map { _ in Float(stream.normal()) }
          func drawn(_ count: Int) -> LabelledSet {
            let inputs = Tensor(shape: [ways * count, 28, 28, 1]) { pixels in
              for index in pixels.indices {
                let (drawing, pixel) = index.quotientAndRemainder(dividingBy: 784)
                let value = prototypes[drawing / count * 784 + pixel] + 0.3 * Float(stream.normal())
                pixels.initializeElement(at: index, to: value)
              }
            }
            let labels = Tensor(shape: [ways * count], dtype: .int64) { bytes in
              let numbers = bytes.bindMemory(to: Int64.self)
              for index in numbers.indices { numbers.initializeElement(at: index, to: Int64(index / count)) }
            }
            return LabelledSet(inputs: inputs, targets: .classes(labels, ways: ways))
          }
          return Episode(support: drawn(shots), query: drawn(queries))
        })
    }
  }
}
