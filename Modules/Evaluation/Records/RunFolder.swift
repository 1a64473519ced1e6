public import Algorithms

/// The folder that a run writes into.
public struct RunFolder: Sendable {
  /// Where it is.
  public let path: String

  /// Makes the folder where there is none and proves that it can be written, before any work is done.
  public init(_ path: String, overwrite: Bool = false) throws(RunFolderError) { fatalError("stub") }

  /// Writes checkpoint.safetensors, atomically.
  public func write(_ checkpoint: Checkpoint) throws { fatalError("stub") }

  /// Appends a line to metrics.jsonl.
  public func append(_ report: StepReport) throws(RunFolderError) { fatalError("stub") }

  /// Writes results.json, results.csv and report.md.
  public func write(_ comparison: Comparison) throws(RunFolderError) { fatalError("stub") }

  /// Writes results.json of a single run.
  public func write(_ row: Comparison.Row) throws(RunFolderError) { fatalError("stub") }

  /// Writes timing.json.
  public func write(_ timing: Timing) throws(RunFolderError) { fatalError("stub") }
}

/// What a run cost; no part of its result.
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
}

/// A folder that a run cannot write into.
public enum RunFolderError: Error, Hashable {
  case stub
}
