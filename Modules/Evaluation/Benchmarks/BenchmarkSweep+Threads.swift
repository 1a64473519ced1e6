import Algorithms
import TensorCore

extension BenchmarkSweep {
  /// How a number of threads compares with one: medians over rounds of the ratios within a round.
  public struct SpeedUp: Sendable {
    /// Times the meta-iterations of one thread.
    public let iterations: Double
    /// Times the matrix products of one thread, where each thread multiplies its own small matrices: what the machine gives.
    public let products: Double
  }

  /// Every number of threads has a trainer of its own, and they take turns in short rounds: a machine that is faster in one
  /// second than in the next would otherwise show in the ratio.
  func overThreads() throws -> [Point] {
    let peaks = try values.map { count in
      TensorMemory.trim()
      TensorMemory.resetPeak()
      var trainer = try workload.trainer(threads: count)
      for _ in 0..<2 { _ = try trainer.step() }
      return TensorMemory.peakBytes
    }
    var trainers = try values.map { try workload.trainer(threads: $0) }
    for place in trainers.indices {
      for _ in 0..<2 { _ = try trainers[place].step() }
    }
    let rounds = max(3, Int(seconds / Self.secondsOfRound))
    var times = values.map { _ in [Double]() }
    var products = values.map { _ in [Double]() }
    for _ in 0..<rounds {
      for (place, count) in values.enumerated() {
        times[place].append(try Self.secondsOfIteration(of: &trainers[place], seconds / Double(rounds)))
        products[place].append(try ProductPeak.measure(threads: count, secondsPerShape: min(0.01, seconds / 100)))
      }
    }
    return values.indices.map { place in
      let gain = SpeedUp(
        iterations: Self.median(zip(times[0], times[place]).map { $0 / $1 }),
        products: Self.median(zip(products[0], products[place]).map { $1 / $0 }))
      return Point(value: values[place], seconds: Self.median(times[place]), peakBytes: peaks[place], speedUp: gain)
    }
  }

  private static let secondsOfRound = 0.25

  private static func secondsOfIteration(of trainer: inout MetaTrainer, _ seconds: Double) throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    var (count, elapsed) = (0, 0.0)
    while elapsed < seconds || count == 0 {
      _ = try trainer.step()
      count += 1
      elapsed = (clock.now - start) / .seconds(1)
    }
    return elapsed / Double(count)
  }

  static func median(_ numbers: [Double]) -> Double {
    let sorted = numbers.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
