public import Registry
import TensorCore

/// A closed interval that a task family draws a number from, uniformly.
public struct Interval: Sendable, Hashable {
  /// The least number.
  public var low: Double
  /// The greatest number.
  public var high: Double

  /// The interval between two numbers, `low` first.
  public init(_ low: Double, _ high: Double) {
    self.low = low
    self.high = high
  }

  /// The settings "low" and "high", to be nested under the quantity's name.
  public static let hyperparameters = HyperparameterTable<Interval>([
    .real("low", \.low, in: -1e6...1e6, "Least value of the uniform distribution."),
    .real("high", \.high, in: -1e6...1e6, "Greatest value of the uniform distribution."),
  ])

  /// Checks that there is a number to draw.
  ///
  /// - Throws: ``TaskError/emptyInterval(task:key:interval:)`` when a bound is not finite or `low` is above `high`.
  public func validate(_ key: String, of task: String) throws(TaskError) {
    guard low.isFinite, high.isFinite, low <= high else { throw .emptyInterval(task: task, key: key, interval: self) }
  }

  func draw(from stream: inout RandomStream) -> Double { stream.uniform(low...high) }
}
