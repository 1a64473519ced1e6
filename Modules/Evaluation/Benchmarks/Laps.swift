/// How long each of many equal steps took.
struct Laps {
  private(set) var seconds: [Double] = []

  /// Does as many steps as fit, one at least.
  ///
  /// - Returns: Their mean time in seconds.
  @discardableResult
  mutating func append(for window: Double, _ step: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let (before, start) = (seconds.count, clock.now)
    var (last, elapsed) = (start, 0.0)
    repeat {
      try step()
      let now = clock.now
      seconds.append((now - last) / .seconds(1))
      elapsed = (now - start) / .seconds(1)
      last = now
    } while elapsed < window
    return elapsed / Double(seconds.count - before)
  }

  /// The time that one step in a hundred kept within: what a step takes while nothing else has the machine, where that is so for
  /// a hundredth of the time at least.
  ///
  /// A processor that others use, too, has slow and fast moments; means and medians say how many of each there were.
  var undisturbed: Double {
    let sorted = seconds.sorted()
    return sorted.isEmpty ? .nan : sorted[sorted.count / 100]
  }
}
