public import Registry
import TensorCore

/// A closed interval from which a task family draws a number uniformly.
public struct Interval: Sendable, Hashable {
  /// Lower bound, inclusive.
  public var low: Double
  /// Upper bound, inclusive.
  public var high: Double

  /// Creates the interval [low, high]; ``validate(_:of:)`` checks the bounds.
  public init(_ low: Double, _ high: Double) {
    self.low = low
    self.high = high
  }

  /// The settings "low" and "high"; a task nests them under the name of the quantity.
  public static let hyperparameters = HyperparameterTable<Interval>([
    .real("low", \.low, in: -1e6...1e6, "Lower bound of the uniform distribution."),
    .real("high", \.high, in: -1e6...1e6, "Upper bound of the uniform distribution."),
  ])

  /// Checks that both bounds are finite and the interval is not empty.
  ///
  /// - Throws: ``TaskError/emptyInterval(task:key:interval:)`` when a bound is not finite or `low` is above `high`.
  public func validate(_ key: String, of task: String) throws(TaskError) {
    guard low.isFinite, high.isFinite, low <= high else { throw .emptyInterval(task: task, key: key, interval: self) }
  }

  func draw(from stream: inout RandomStream) -> Double { stream.uniform(low...high) }
}
