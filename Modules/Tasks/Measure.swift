/// The kind of a score, and how to print it.
public struct Measure: Sendable, Hashable {
  /// Stable identifier in records, such as "accuracy".
  public let id: String
  /// Unit printed after the number, such as "%"; empty if the score has none.
  public let unit: String
  /// True if a larger score is better.
  public let isMoreBetter: Bool
  /// Factor applied before printing: 100 prints a fraction in percent.
  public let factor: Double

  /// Creates a measure; by default it has no unit and prints unscaled.
  public init(id: String, unit: String = "", isMoreBetter: Bool, factor: Double = 1) {
    self.id = id
    self.unit = unit
    self.isMoreBetter = isMoreBetter
    self.factor = factor
  }

  /// Fraction of correct answers, printed in percent.
  public static let accuracy = Measure(id: "accuracy", unit: "%", isMoreBetter: true, factor: 100)
  /// Mean over trajectories of the sum of rewards, without discount.
  public static let expectedReturn = Measure(id: "return", isMoreBetter: true)
  /// The task loss, where smaller is better.
  public static let loss = Measure(id: "loss", isMoreBetter: false)
}
