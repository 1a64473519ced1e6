import Algorithms
public import TensorCore

/// The measurements of one benchmark.
public struct BenchmarkResult: Sendable {
  /// The workload's name.
  public let workload: String
  /// The number of threads that worked on shards.
  public let threads: Int
  /// Steady-state meta-iterations per second.
  public let iterationsPerSecond: Double
  /// How much longer the first iteration took than a steady one, in seconds: recording, and generating code for new shapes.
  public let startUpSeconds: Double
  /// Peak memory of tensors in bytes, including the pool of tasks.
  public let peakBytes: Int
  /// Floating-point operations of the matrix products that one meta-iteration needs at least.
  public let necessaryOperations: Double
  /// Floating-point operations of the matrix products that one meta-iteration performed.
  public let performedOperations: Double
  /// The best matmul rate of this machine in this run, in floating-point operations per second.
  public let peakRate: Double
  /// The time of each pass and kernel; empty unless a profile was requested.
  public let profile: [KernelProfile.Row]
  /// The number of iterations in ``profile``.
  public let profiledIterations: Int
  /// The loss of the last iteration, as a sanity check.
  public let loss: Double

  /// Necessary operations per second as a fraction of ``peakRate``; 1 is the limit.
  public var shareOfLimit: Double { necessaryOperations * iterationsPerSecond / peakRate }
}

/// Times the steady state of a workload's meta-training.
public struct Benchmark: Sendable {
  /// The workload to time.
  public let workload: Workload
  /// The number of threads that work on shards.
  public let threads: Int
  /// How long to time the steady state, in seconds.
  public let seconds: Double
  /// Whether the trainer measures how many of the threads are fastest, as a run does; otherwise all take part.
  public let adapts: Bool

  /// Creates a benchmark of a workload.
  public init(_ workload: Workload, threads: Int, seconds: Double, adapts: Bool = false) {
    self.adapts = adapts
    self.workload = workload
    self.threads = threads
    self.seconds = seconds
  }

  /// Times meta-training after a warm-up.
  ///
  /// - Parameters:
  ///   - peakRate: The rate that ``ProductPeak`` measured in this run, in floating-point operations per second.
  ///   - profiled: Whether to take a profile after the timing.
  /// - Returns: Rates, memory and arithmetic.
  /// - Throws: Errors of meta-training.
  public func run(peakRate: Double, profiled: Bool) throws -> BenchmarkResult {
    let clock = ContinuousClock()
    TensorMemory.trim()
    TensorMemory.resetPeak()
    var trainer = try workload.trainer(threads: threads, adapts: adapts)
    let start = clock.now
    _ = try trainer.step()
    let first = (clock.now - start) / .seconds(1)
    // Warm up for a quarter of the time, at most one second. The pace tells how many iterations to run between readings of the clock.
    var (warm, warmed) = (0, 0.0)
    while warm < 2 || warmed < min(1, seconds / 4) {
      _ = try trainer.step()
      warm += 1
      warmed = (clock.now - start) / .seconds(1) - first
    }
    let chunk = max(1, Int(0.05 * Double(warm) / warmed))
    let operations = Kernels.productOperations
    let begin = clock.now
    var (count, elapsed, loss) = (0, 0.0, 0.0)
    while elapsed < seconds {
      for _ in 0..<chunk { loss = try trainer.step().loss }
      count += chunk
      elapsed = (clock.now - begin) / .seconds(1)
    }
    let rate = Double(count) / elapsed
    let performed = Double(Kernels.productOperations - operations) / Double(count)
    let peak = TensorMemory.peakBytes
    var rows: [KernelProfile.Row] = []
    let sample = max(1, Int(rate * min(seconds, 2) / 2))
    if profiled {
      KernelProfile.reset()
      KernelProfile.isOn = true
      defer { KernelProfile.isOn = false }
      for _ in 0..<sample { _ = try trainer.step() }
      rows = KernelProfile.rows
    }
    return BenchmarkResult(
      workload: workload.id, threads: threads, iterationsPerSecond: rate, startUpSeconds: max(0, first - 1 / rate), peakBytes: peak,
      necessaryOperations: workload.necessaryOperations, performedOperations: performed, peakRate: peakRate, profile: rows,
      profiledIterations: profiled ? sample : 0, loss: loss)
  }
}
