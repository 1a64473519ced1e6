import Algorithms
import Synchronization
import TensorCore

extension BenchmarkSweep {
  /// Meta-iterations per second while another program has some of the cores.
  public struct Contention: Sendable {
    /// With one thread.
    public let oneThread: Double
    /// With all threads in every step.
    public let allThreads: Double
    /// With the number of threads that the trainer chooses, as in a run.
    public let adaptive: Double
    /// The mean number of threads that the trainer chose.
    public let activeThreads: Double
  }

  /// Measures the quiet machine, then beside a busy loop; the three trainers take turns in short rounds.
  func underContention() throws -> [Point] {
    try values.map { loops in
      let busy = (0..<loops).map { _ in BusyLoop() }
      defer { for loop in busy { loop.stop() } }
      TensorMemory.trim()
      TensorMemory.resetPeak()
      var trainers = [
        try workload.trainer(threads: 1), try workload.trainer(threads: threads), try workload.trainer(threads: threads, adapts: true),
      ]
      var (laps, means) = (trainers.map { _ in Laps() }, trainers.map { _ in [Double]() })
      // The adaptive trainer needs some windows to settle.
      try laps[2].append(for: min(1, seconds / 2)) { _ = try trainers[2].step() }
      let window = min(0.1, seconds / 6)
      let clock = ContinuousClock()
      let start = clock.now
      while means[0].count < 3 || (clock.now - start) / .seconds(1) < seconds * Double(trainers.count) {
        for place in trainers.indices { means[place].append(try laps[place].append(for: window) { _ = try trainers[place].step() }) }
      }
      let rates = means.map { 1 / (median($0) ?? .nan) }
      return Point(
        value: loops, seconds: 1 / rates[2], peakBytes: TensorMemory.peakBytes,
        contention: Contention(
          oneThread: rates[0], allThreads: rates[1], adaptive: rates[2], activeThreads: trainers[2].meanActiveThreads))
    }
  }
}

/// A thread that computes without pause, like another program on the machine.
private final class BusyLoop: Sendable {
  private let flag: Flag

  private final class Flag: Sendable {
    let isSet = Atomic(false)
  }

  /// Starts the loop.
  init() {
    let flag = Flag()
    self.flag = flag
    Task.detached { while !flag.isSet.load(ordering: .relaxed) {} }
  }

  /// Ends the loop.
  func stop() { flag.isSet.store(true, ordering: .relaxed) }
}
