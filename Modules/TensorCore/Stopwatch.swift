import CTensorKernels

/// Measures elapsed time in tens of nanoseconds; a step of a small network takes only 40 µs and is timed in parts.
package struct Stopwatch: Sendable {
  private let start = tk_nanoseconds()

  /// Starts.
  package init() {}

  /// Seconds since the start.
  package var seconds: Double { Double(tk_nanoseconds() - start) * 1e-9 }
}
