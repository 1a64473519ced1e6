import Algorithms
import Tasks
import TensorCore

/// Measures how the time and memory of a workload grow with one quantity.
public struct BenchmarkSweep: Sendable {
  /// The quantity that a sweep varies.
  public enum Quantity: String, Sendable, CaseIterable {
    /// Tasks per meta-batch, over a factor of 16.
    case tasks
    /// Query samples, over a factor of 16.
    case queries
    /// Adaptation steps, 1 to 16.
    case steps
    /// Threads, from 1 to the given number.
    case threads
    /// Iterations done before the peak of memory is read, over a factor of 10 or 100.
    case iterations
    /// Cores that another program has taken, 0 and 1; for the sinusoids, whose threads meet most often.
    case contention
  }

  /// The measurements for one value of the quantity.
  public struct Point: Sendable {
    /// The value of the quantity.
    public let value: Int
    /// Seconds per meta-iteration: the median of at least three rounds, or for iterations the mean since the previous value.
    public let seconds: Double
    /// Peak memory of tensors in bytes, including the pool of tasks.
    public let peakBytes: Int
    /// Bytes reserved from the system for tensors at that point, including free blocks; nil unless iterations are varied.
    public var reservedBytes: Int? = nil
    /// The speed-up over one thread; nil unless threads are varied.
    public var speedUp: SpeedUp? = nil
    /// The rates beside a busy loop; nil unless contention is varied.
    public var contention: Contention? = nil
  }

  /// The workload to vary.
  public let workload: Workload
  /// The quantity to vary.
  public let quantity: Quantity
  /// The number of threads that work on shards.
  public let threads: Int
  /// How long to measure each value, in seconds.
  public let seconds: Double

  /// Creates a sweep, or nil if the workload does not have the quantity.
  ///
  /// An algorithm without adaptation has no steps; a single coupled episode has no further tasks or threads.
  public init?(_ workload: Workload, _ quantity: Quantity, threads: Int, seconds: Double) {
    if quantity == .steps, workload.size.steps == 0 { return nil }
    if quantity == .tasks || quantity == .threads, workload.size.tasks == 1 { return nil }
    self.workload = workload
    self.quantity = quantity
    self.threads = threads
    self.seconds = seconds
  }

  /// The values to measure.
  public var values: [Int] {
    let factors = [1, 2, 4, 8, 16]
    let isImage = workload.signature.inputShape.rank >= 3
    switch quantity {
    case .tasks: return factors.map { isImage ? 2 * $0 : workload.size.tasks * $0 }
    case .queries: return factors.map { isImage ? $0 : workload.size.queries * $0 }
    case .steps: return factors
    case .threads: return Array(1...threads)
    case .contention: return [0, 1]
    case .iterations: return isImage ? [30, 300] : [100, 10_000]
    }
  }

  /// Measures every value.
  /// - Throws: Errors of meta-training.
  public func run() throws -> [Point] {
    switch quantity {
    case .iterations: return try afterIterations()
    case .threads: return try overThreads()
    case .contention: return try underContention()
    case .tasks, .queries, .steps: return try overSizes()
    }
  }

  private func overSizes() throws -> [Point] {
    let rounds = 3
    var times = values.map { _ in [Double]() }
    var peaks = values.map { _ in 0 }
    for _ in 0..<rounds {
      for (index, value) in values.enumerated() {
        var size = workload.size
        switch quantity {
        case .tasks: size.tasks = value
        case .queries: size.queries = value
        case .steps: size.steps = value
        case .threads, .iterations, .contention: break
        }
        TensorMemory.trim()
        TensorMemory.resetPeak()
        let resized = size == workload.size ? workload : workload.resized(size)
        times[index].append(try secondsOfIteration(of: resized, seconds / Double(rounds)))
        peaks[index] = TensorMemory.peakBytes
      }
    }
    return zip(values, zip(times, peaks)).map { value, measured in
      Point(value: value, seconds: median(measured.0) ?? .nan, peakBytes: measured.1)
    }
  }

  private func afterIterations() throws -> [Point] {
    TensorMemory.trim()
    TensorMemory.resetPeak()
    var trainer = try workload.trainer(threads: threads)
    let clock = ContinuousClock()
    return try values.map { value in
      let (start, before) = (clock.now, trainer.iteration)
      while trainer.iteration < value { _ = try trainer.step() }
      return Point(
        value: value, seconds: (clock.now - start) / .seconds(1) / Double(value - before), peakBytes: TensorMemory.peakBytes,
        reservedBytes: TensorMemory.reservedBytes)
    }
  }

  /// The mean time of an iteration, after two iterations to warm up.
  ///
  /// An untuned size may diverge after a while, as Meta-SGD does with many steps. Training then starts anew; the restart is not timed.
  private func secondsOfIteration(of workload: Workload, _ seconds: Double) throws -> Double {
    let clock = ContinuousClock()
    var (count, elapsed) = (0, 0.0)
    while elapsed < seconds || count < 2 {
      var trainer = try workload.trainer(threads: threads)
      for _ in 0..<2 { _ = try trainer.step() }
      let before = elapsed
      let start = clock.now
      do {
        while elapsed < seconds || count < 2 {
          _ = try trainer.step()
          count += 1
          elapsed = before + (clock.now - start) / .seconds(1)
        }
      } catch TrainingError.diverged where trainer.iteration > 2 {
        continue
      }
    }
    return elapsed / Double(count)
  }
}
