#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Waits for a message without taking a core for long: yields at first, then sleeps longer and longer.
///
/// A step of a small network takes 100 µs, and a sleep at least 50 µs. A rank that waits for minutes, as during the meta-test, sleeps a
/// millisecond at a time.
package struct Patience: Sendable {
  private let start = ContinuousClock.now

  /// Begins a wait.
  package init() {}

  /// Lets other threads of the machine work.
  package func pause() {
    let waited = ContinuousClock.now - start
    if waited < .milliseconds(2) {
      sched_yield()
    } else {
      usleep(waited < .milliseconds(100) ? 50 : 1000)
    }
  }
}
