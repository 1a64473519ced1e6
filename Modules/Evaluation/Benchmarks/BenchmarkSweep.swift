import Algorithms
import Tasks
import TensorCore

/// A workload over several sizes: how its time and memory grow.
public struct BenchmarkSweep: Sendable {
  /// What is varied.
  public enum Quantity: String, Sendable, CaseIterable {
    /// Tasks of a meta-batch, over a factor of 16.
    case tasks
    /// Query samples, over a factor of 16.
    case queries
    /// Adaptation steps, 1 to 16.
    case steps
    /// Threads, 1 to as many as are asked for.
    case threads
    /// Iterations that have been done when the peak of memory is read, over a factor of 10 or 100.
    case iterations
  }

  /// One value of the quantity.
  public struct Point: Sendable {
    /// The value.
    public let value: Int
    /// Seconds of a steady meta-iteration: the median of three rounds or more, which take the values in turn.
    public let seconds: Double
    /// The most bytes of tensors at a time, the pool of tasks included.
    public let peakBytes: Int
    /// Bytes that the system has given for tensors by then, those that wait for reuse included; nil where iterations are not what
    /// is varied.
    public var reservedBytes: Int? = nil
    /// Beside one thread; nil where threads are not what is varied.
    public var speedUp: SpeedUp? = nil
  }

  /// What is varied.
  public let workload: Workload
  /// Which of its sizes.
  public let quantity: Quantity
  /// Threads that take shards.
  public let threads: Int
  /// Seconds for each value.
  public let seconds: Double

  /// A sweep; nil where the workload does not have the quantity: adaptation steps of an algorithm without them, tasks of one
  /// coupled episode.
  public init?(_ workload: Workload, _ quantity: Quantity, threads: Int, seconds: Double) {
    if quantity == .steps, workload.size.steps == 0 { return nil }
    if quantity == .tasks || quantity == .threads, workload.size.tasks == 1 { return nil }
    self.workload = workload
    self.quantity = quantity
    self.threads = threads
    self.seconds = seconds
  }

  /// The values that are measured.
  public var values: [Int] {
    let factors = [1, 2, 4, 8, 16]
    let isImage = workload.signature.inputShape.rank >= 3
    switch quantity {
    case .tasks: return factors.map { isImage ? 2 * $0 : workload.size.tasks * $0 }
    case .queries: return factors.map { isImage ? $0 : workload.size.queries * $0 }
    case .steps: return factors
    case .threads: return Array(1...threads)
    case .iterations: return isImage ? [30, 300] : [100, 10_000]
    }
  }

  /// Measures every value.
  /// - Throws: What meta-training throws.
  public func run() throws -> [Point] {
    switch quantity {
    case .iterations: return try afterIterations()
    case .threads: return try overThreads()
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
        case .threads, .iterations: break
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

  /// Two iterations to warm up, then as many as fit.
  ///
  /// A size that nobody tuned may diverge after a while (Meta-SGD with many steps does): it then begins anew, which is not timed.
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
