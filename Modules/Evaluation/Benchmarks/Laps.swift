/// How long each of many equal steps took.
package struct Laps {
  package private(set) var seconds: [Double] = []

  package init(_ seconds: [Double] = []) { self.seconds = seconds }

  /// Does as many steps as fit, one at least.
  ///
  /// - Returns: Their mean time in seconds.
  @discardableResult
  package mutating func append(for window: Double, _ step: () throws -> Void) rethrows -> Double {
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

  /// The time that one step in a hundred kept within, the fastest of fewer: what a step takes while nothing else has the machine,
  /// where that is so for a hundredth of the time at least.
  ///
  /// A processor that others use, too, has slow and fast moments; means and medians say how many of each there were. The fastest of
  /// many steps is faster than that of few, so two numbers are compared by as many steps of each: `count` of them, evenly spread.
  /// - Precondition: At least one step.
  package func undisturbed(among count: Int? = nil) -> Double {
    let count = min(count ?? seconds.count, seconds.count)
    let sorted = (0..<count).map { seconds[$0 * seconds.count / count] }.sorted()
    return sorted[(count - 1) / 100]
  }
}
