/// What a score is, and how it is shown.
public struct Measure: Sendable, Hashable {
  /// Stable name for records, "accuracy" for example.
  public let id: String
  /// What stands behind a printed number, "%" for example; empty where there is no unit.
  public let unit: String
  /// True where a larger score is better.
  public let isMoreBetter: Bool
  /// What a score is multiplied with before it is printed: 100 for a fraction in percent.
  public let factor: Double

  /// Describes a measure.
  public init(id: String, unit: String = "", isMoreBetter: Bool, factor: Double = 1) {
    self.id = id
    self.unit = unit
    self.isMoreBetter = isMoreBetter
    self.factor = factor
  }

  /// The fraction of right answers, printed in percent.
  public static let accuracy = Measure(id: "accuracy", unit: "%", isMoreBetter: true, factor: 100)
  /// The task's loss.
  public static let loss = Measure(id: "loss", isMoreBetter: false)
}
