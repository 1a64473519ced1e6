import Algorithms
import TensorCore

extension BenchmarkSweep {
  /// The speed-up of a number of threads over one thread.
  public struct SpeedUp: Sendable {
    /// A ratio of the rate to the rate of one thread.
    public struct Factor: Sendable {
      /// The median over rounds of the ratio within each round.
      public let median: Double
      /// The ratio of undisturbed steps: of the 1% quantiles of their times, or of the fastest steps if there are few.
      public let undisturbed: Double
    }

    /// The speed-up of meta-iterations.
    public let iterations: Factor
    /// The speed-up of equally long steps of small matrix products, in about as many equal parts as there are shards.
    ///
    /// This is the speed-up that the machine allows.
    public let equalParts: Factor
    /// The 1% quantile of the time of a meta-iteration in seconds; the fastest of at most 100.
    public let undisturbedSeconds: Double
  }

  /// Measures all numbers of threads in turn, in short rounds.
  ///
  /// Each number of threads has its own trainer. Taking turns keeps slow and fast moments of the machine out of the ratios.
  func overThreads() throws -> [Point] {
    let peaks = try values.map { count in
      TensorMemory.trim()
      TensorMemory.resetPeak()
      var trainer = try workload.trainer(threads: count)
      for _ in 0..<2 { _ = try trainer.step() }
      return TensorMemory.peakBytes
    }
    let window = min(0.1, seconds / 6)
    var trainers = try values.map { try workload.trainer(threads: $0) }
    var warmUp = Laps()
    for place in trainers.indices {
      for _ in 0..<2 { _ = try trainers[place].step() }
      if place == 0 { try warmUp.append(for: window) { _ = try trainers[0].step() } }
    }
    let products = EqualParts.products(in: warmUp.undisturbed())
    let clock = ContinuousClock()
    let start = clock.now
    var (iterations, equalParts) = (values.map { _ in Rounds() }, values.map { _ in Rounds() })
    while iterations[0].means.count < 3 || (clock.now - start) / .seconds(1) < seconds * Double(values.count) {
      for place in values.indices {
        try iterations[place].append(for: window) { _ = try trainers[place].step() }
        let control = EqualParts(products: products, parts: workload.training.shards, threads: values[place])
        equalParts[place].append(for: window, of: control.products) { control.step() }
      }
    }
    return values.indices.map { place in
      Point(
        value: values[place], seconds: median(iterations[place].means) ?? .nan, peakBytes: peaks[place],
        speedUp: SpeedUp(
          iterations: iterations[0].over(iterations[place]), equalParts: equalParts[0].over(equalParts[place]),
          undisturbedSeconds: iterations[place].laps.undisturbed()))
    }
  }

  /// The step times of one number of threads, in rounds.
  private struct Rounds {
    private(set) var means: [Double] = []
    private(set) var laps = Laps()
    private var share = 1.0

    /// Measures one round; `pieces` is the amount of work in a step, if it differs between numbers of threads.
    mutating func append(for window: Double, of pieces: Int = 1, _ step: () throws -> Void) rethrows {
      share = 1 / Double(pieces)
      means.append(try laps.append(for: window, step) * share)
    }

    /// The ratio of these step times to the other's.
    func over(_ other: Rounds) -> SpeedUp.Factor {
      let count = min(laps.seconds.count, other.laps.seconds.count)
      return SpeedUp.Factor(
        median: median(zip(means, other.means).map { $0 / $1 }) ?? .nan,
        undisturbed: laps.undisturbed(among: count) * share / (other.laps.undisturbed(among: count) * other.share))
    }
  }
}
