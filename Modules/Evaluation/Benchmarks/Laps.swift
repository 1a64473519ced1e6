/// The times of many equal steps, in seconds.
package struct Laps {
  package private(set) var seconds: [Double] = []

  package init(_ seconds: [Double] = []) { self.seconds = seconds }

  /// Runs steps for the given time in seconds, at least one step.
  ///
  /// - Returns: The mean time of these steps in seconds.
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

  /// The 1% quantile of the step times in seconds; the fastest step if there are at most 100.
  ///
  /// This is the time of an undisturbed step, provided that the machine is undisturbed at least 1% of the time. On a shared processor,
  /// means and medians mostly tell how many slow moments there were. The fastest of many steps is faster than the fastest of few. To
  /// compare two lists of laps, use equally many steps of each: `count` of them, evenly spread.
  /// - Precondition: At least one step.
  package func undisturbed(among count: Int? = nil) -> Double {
    let count = min(count ?? seconds.count, seconds.count)
    let sorted = (0..<count).map { seconds[$0 * seconds.count / count] }.sorted()
    return sorted[(count - 1) / 100]
  }
}
