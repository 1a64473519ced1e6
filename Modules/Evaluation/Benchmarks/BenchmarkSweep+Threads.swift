import Algorithms
import TensorCore

extension BenchmarkSweep {
  /// How a number of threads compares with one.
  public struct SpeedUp: Sendable {
    /// Times the rate of one thread.
    public struct Factor: Sendable {
      /// The median over rounds of the ratio within a round.
      public let median: Double
      /// By the steps that nothing disturbed: the ratio of the times that one step in a hundred kept within, or the fastest ones.
      public let undisturbed: Double
    }

    /// Of meta-iterations.
    public let iterations: Factor
    /// Of steps of the same length that are nothing but small products, in about as many equal parts as there are shards: what the
    /// machine gives.
    public let equalParts: Factor
    /// Seconds that one meta-iteration in a hundred kept within, or the fastest of fewer.
    public let undisturbedSeconds: Double
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

  /// What one number of threads took, in rounds.
  private struct Rounds {
    private(set) var means: [Double] = []
    private(set) var laps = Laps()
    private var share = 1.0

    /// One round; `pieces` is how much a step does, where that is not the same for all.
    mutating func append(for window: Double, of pieces: Int = 1, _ step: () throws -> Void) rethrows {
      share = 1 / Double(pieces)
      means.append(try laps.append(for: window, step) * share)
    }

    /// How many times as long as the other's these took.
    func over(_ other: Rounds) -> SpeedUp.Factor {
      let count = min(laps.seconds.count, other.laps.seconds.count)
      return SpeedUp.Factor(
        median: median(zip(means, other.means).map { $0 / $1 }) ?? .nan,
        undisturbed: laps.undisturbed(among: count) * share / (other.laps.undisturbed(among: count) * other.share))
    }
  }
}
