/// Time and memory of a run, kept apart from its results.
public struct Timing: Sendable, Hashable {
  /// Wall time of meta-training, seconds.
  public var trainingSeconds: Double
  /// Wall time of meta-test, seconds.
  public var testSeconds: Double
  /// Meta-updates of this process.
  public var iterations: Int
  /// Peak memory of live tensors, bytes.
  public var peakBytes: Int
  /// Worker threads that were started.
  public var threads: Int
  /// The mean number of threads at work in meta-training.
  public var activeThreads: Double
  /// The library of small matrix products: "libxsmm" or "portable".
  public var products: String

  /// Creates a record.
  public init(
    trainingSeconds: Double, testSeconds: Double, iterations: Int, peakBytes: Int, threads: Int, activeThreads: Double, products: String
  ) {
    self.trainingSeconds = trainingSeconds
    self.testSeconds = testSeconds
    self.iterations = iterations
    self.peakBytes = peakBytes
    self.threads = threads
    self.activeThreads = activeThreads
    self.products = products
  }

  /// The content of timing.json.
  var json: JSON {
    .object([
      .init("trainingSeconds", .number(trainingSeconds)), .init("testSeconds", .number(testSeconds)),
      .init("iterations", .integer(iterations)),
      .init("iterationsPerSecond", trainingSeconds > 0 ? .number(Double(iterations) / trainingSeconds) : .null),
      .init("peakBytes", .integer(peakBytes)), .init("threads", .integer(threads)),
      .init("activeThreads", .number(activeThreads)), .init("products", .string(products)),
    ])
  }

  /// Reads a run's timing.json; nil without such a file, or if it is damaged.
  static func recorded(in folder: String) -> Timing? {
    guard let record = try? RecordReader(file: "\(folder)/timing.json") else { return nil }
    return try? Timing(
      trainingSeconds: record.number("trainingSeconds"), testSeconds: record.number("testSeconds"), iterations: record.count("iterations"),
      peakBytes: record.count("peakBytes"), threads: record.count("threads"), activeThreads: record.number("activeThreads"),
      products: record.string("products"))
  }
}
