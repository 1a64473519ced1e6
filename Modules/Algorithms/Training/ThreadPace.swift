/// Chooses how many threads take part in a step by measuring.
///
/// Two threads that meet every 50 µs are slower than one if another program has taken a core, because each waits for the other to be
/// scheduled. The rates of short windows of steps tell: now and then a window runs with one thread more or less, and the faster number
/// stays. The sums of a step are a fixed tree, so the number does not change a bit of the result.
package struct ThreadPace: Sendable, Hashable {
  /// Steps and seconds that a window has at least; of long steps, fewer make one.
  private static let (windowSteps, windowSeconds) = (16, 0.02)
  private static let (fewSteps, fewSeconds) = (8, 0.2)
  /// Steps and seconds after which a trial ends early if it is clearly slower, and the fraction of the rate below which it is.
  private static let (glanceSteps, glanceSeconds, slower) = (1, 0.002, 0.9)
  /// Windows between two trials, at first and at most.
  ///
  /// The number doubles while nothing changes, so trials cost next to nothing.
  private static let (firstWait, longestWait) = (8, 128)
  /// Windows before the very first trial of short steps, so that a run on a busy machine does not lose seconds; and steps per second below
  /// which steps are long, so that a trial costs too much so early.
  private static let (startWait, longSteps) = (2, 20.0)
  /// The gain in rate from which another number is better, and the fraction of the rate from which something has changed.
  private static let (margin, drop) = (1.05, 0.8)

  /// The largest number of threads.
  package let most: Int
  /// The number of threads for the next step, 1...most.
  package private(set) var active: Int
  /// The best number so far; ``active`` differs from it during a trial.
  private var settled: Int
  private let isFixed: Bool

  private var steps = 0
  private var seconds = 0.0
  /// Steps per second in the last window with the settled number.
  private var rate = 0.0
  private var wait = Self.firstWait
  private var windowsLeft = Self.startWait
  private var isFirstTrial = true
  private var windowsSinceTrial = 0
  private var direction = -1
  /// Consecutive trials that the other number won; it needs two.
  private var wins = 0
  private var allSeconds = 0.0
  private var threadSeconds = 0.0

  /// The mean number of threads over the time of all steps; nil before the first step.
  package var mean: Double? { allSeconds > 0 ? threadSeconds / allSeconds : nil }

  /// Starts with all threads; a fixed number stays.
  package init(most: Int, isFixed: Bool) {
    self.most = most
    self.isFixed = isFixed
    active = most
    settled = most
  }

  /// Takes the time of a step into account.
  package mutating func note(seconds time: Double) {
    allSeconds += time
    threadSeconds += time * Double(active)
    guard most > 1, !isFixed else { return }
    steps += 1
    seconds += time
    let measured = Double(steps) / seconds
    let isTrial = active != settled
    let isClear = isTrial && steps >= Self.glanceSteps && seconds >= Self.glanceSeconds && measured < Self.slower * rate
    let isWindow = steps >= Self.windowSteps && seconds >= Self.windowSeconds || steps >= Self.fewSteps && seconds >= Self.fewSeconds
    guard isClear || isWindow else { return }
    (steps, seconds) = (0, 0)
    if isTrial { endTrial(measured) } else { endOrdinary(measured) }
  }

  private mutating func endOrdinary(_ measured: Double) {
    windowsLeft -= 1
    windowsSinceTrial += 1
    if measured < Self.drop * rate, windowsSinceTrial >= Self.firstWait {
      (wait, windowsLeft) = (Self.firstWait, 0)
    }
    rate = measured
    if windowsLeft <= 0, isFirstTrial {
      isFirstTrial = false
      if measured < Self.longSteps { windowsLeft = Self.firstWait - Self.startWait }
    }
    guard windowsLeft <= 0 else { return }
    if !(1...most).contains(settled + direction) { direction = -direction }
    active = settled + direction
  }

  private mutating func endTrial(_ measured: Double) {
    windowsSinceTrial = 0
    if measured > Self.margin * rate {
      wins += 1
      if wins < 2 {
        // A single window may have been disturbed, so compare once more.
        windowsLeft = 1
      } else {
        (settled, rate, wins) = (active, measured, 0)
        (wait, windowsLeft) = (Self.firstWait, Self.firstWait)
      }
    } else {
      wins = 0
      wait = min(2 * wait, Self.longestWait)
      windowsLeft = wait
      direction = -direction
    }
    active = settled
  }
}
