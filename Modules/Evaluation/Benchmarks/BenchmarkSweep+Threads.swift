import Algorithms
import TensorCore

extension BenchmarkSweep {
  /// How a number of threads compares with one.
  public struct SpeedUp: Sendable {
    /// Times the meta-iterations of one thread: the median over rounds of the ratio within a round.
    public let iterations: Double
    /// The same, of each one's fastest round: what is left when nothing else has the machine.
    public let fastest: Double
    /// What the machine gives: times the matrix products of one thread, where each thread multiplies small matrices of its own.
    ///
    /// The median over rounds.
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
    let clock = ContinuousClock()
    let start = clock.now
    let window = min(0.1, seconds / 3)
    var times = values.map { _ in [Double]() }
    var products = times
    while times[0].count < 3 || (clock.now - start) / .seconds(1) < seconds * Double(values.count) {
      for (place, count) in values.enumerated() {
        times[place].append(try Self.secondsOfIteration(of: &trainers[place], window))
        products[place].append(try ProductPeak.measure(threads: count, secondsPerShape: window / 25))
      }
    }
    return values.indices.map { place in
      func ratios(_ dividends: [Double], _ divisors: [Double]) -> Double { median(zip(dividends, divisors).map { $0 / $1 }) ?? .nan }
      let gain = SpeedUp(
        iterations: ratios(times[0], times[place]), fastest: (times[0].min() ?? .nan) / (times[place].min() ?? .nan),
        products: ratios(products[place], products[0]))
      return Point(value: values[place], seconds: median(times[place]) ?? .nan, peakBytes: peaks[place], speedUp: gain)
    }
  }

  /// Of as many iterations as fit, one at least.
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
}
