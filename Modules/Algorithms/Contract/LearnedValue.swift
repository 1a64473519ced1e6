import Registry

/// A learned hyperparameter in tables and records: its value, or a summary of its entries.
public struct LearnedValue: Sendable, Hashable {
  /// Name of the hyperparameter, such as "learningRate".
  public let hyperparameter: String
  /// The parameter tensor that it belongs to; nil if all share it.
  public let parameter: String?
  /// The adaptation step that it belongs to, from 1; nil if all share it.
  public let step: Int?
  /// Mean of the entries; the value itself if there is only one.
  public let mean: Double
  /// The smallest entry.
  public let minimum: Double
  /// The largest entry.
  public let maximum: Double

  /// Summarises the entries of a hyperparameter.
  /// - Precondition: There is at least one entry.
  public init(_ hyperparameter: String, of parameter: String?, step: Int?, entries: [Double]) {
    require(!entries.isEmpty, "a learned hyperparameter has at least one entry")
    self.hyperparameter = hyperparameter
    self.parameter = parameter
    self.step = step
    mean = entries.reduce(0, +) / Double(entries.count)
    minimum = entries.min() ?? mean
    maximum = entries.max() ?? mean
  }

  /// Restores a recorded summary.
  package init(_ hyperparameter: String, of parameter: String?, step: Int?, mean: Double, minimum: Double, maximum: Double) {
    self.hyperparameter = hyperparameter
    self.parameter = parameter
    self.step = step
    self.mean = mean
    self.minimum = minimum
    self.maximum = maximum
  }

  /// The name in records: "beta1", "learningRate.layers.0.weight", "learningRate.layers.0.weight@2" for step 2.
  public var name: String {
    (parameter.map { "\(hyperparameter).\($0)" } ?? hyperparameter) + (step.map { "@\($0)" } ?? "")
  }
}
