import Algorithms
public import TensorCore

/// What a benchmark measured.
public struct BenchmarkResult: Sendable {
  /// The workload's name.
  public let workload: String
  /// Threads that took shards.
  public let threads: Int
  /// Steady-state meta-iterations a second.
  public let iterationsPerSecond: Double
  /// The first iteration minus a steady one, in seconds: recording, and code made for new shapes.
  public let startUpSeconds: Double
  /// The most bytes of tensors at a time, the pool of tasks included.
  public let peakBytes: Int
  /// Products that one meta-iteration cannot do without, in floating-point operations.
  public let necessaryOperations: Double
  /// Products that one meta-iteration performed, in floating-point operations.
  public let performedOperations: Double
  /// The best product rate of this machine in this run, in floating-point operations a second.
  public let peakRate: Double
  /// Where the time of an iteration went, where a profile was asked for.
  public let profile: [KernelProfile.Row]
  /// Iterations that the profile covers.
  public let profiledIterations: Int
  /// The last loss: a sign that training went on.
  public let loss: Double

  /// Necessary products over wall time and the peak rate: 1 is the limit.
  public var shareOfLimit: Double { necessaryOperations * iterationsPerSecond / peakRate }
}

/// Times the steady state of a workload's meta-training.
public struct Benchmark: Sendable {
  /// What is timed.
  public let workload: Workload
  /// Threads that take shards.
  public let threads: Int
  /// Seconds of the steady state.
  public let seconds: Double

  /// A benchmark of a workload.
  public init(_ workload: Workload, threads: Int, seconds: Double) {
    self.workload = workload
    self.threads = threads
    self.seconds = seconds
  }

  /// Runs it.
  ///
  /// - Parameters:
  ///   - peakRate: As ``ProductPeak`` measured it in this run.
  ///   - profiled: Whether to take a profile after the timing.
  /// - Returns: Rates, memory and arithmetic.
  /// - Throws: What meta-training throws.
  public func run(peakRate: Double, profiled: Bool) throws -> BenchmarkResult {
    let clock = ContinuousClock()
    TensorMemory.trim()
    TensorMemory.resetPeak()
    var trainer = try workload.trainer(threads: threads)
    let start = clock.now
    _ = try trainer.step()
    let first = (clock.now - start) / .seconds(1)
    // Warm up for a quarter of the time, and learn how many iterations lie between two looks at the clock.
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
