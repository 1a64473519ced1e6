/// What a run cost; no part of its result, and in a file of its own.
public struct Timing: Sendable, Hashable {
  /// Wall time of meta-training, seconds.
  public var trainingSeconds: Double
  /// Wall time of meta-test, seconds.
  public var testSeconds: Double
  /// Meta-updates that were done in this process.
  public var iterations: Int
  /// The most bytes in live tensors.
  public var peakBytes: Int
  /// Threads that took shards.
  public var threads: Int
  /// What multiplies matrices: "libxsmm" or "portable".
  public var products: String

  /// Fills in a record.
  public init(trainingSeconds: Double, testSeconds: Double, iterations: Int, peakBytes: Int, threads: Int, products: String) {
    self.trainingSeconds = trainingSeconds
    self.testSeconds = testSeconds
    self.iterations = iterations
    self.peakBytes = peakBytes
    self.threads = threads
    self.products = products
  }

  /// The content of timing.json.
  var json: JSON {
    .object([
      .init("trainingSeconds", .number(trainingSeconds)), .init("testSeconds", .number(testSeconds)),
      .init("iterations", .integer(iterations)),
      .init("iterationsPerSecond", trainingSeconds > 0 ? .number(Double(iterations) / trainingSeconds) : .null),
      .init("peakBytes", .integer(peakBytes)), .init("threads", .integer(threads)), .init("products", .string(products)),
    ])
  }
}
