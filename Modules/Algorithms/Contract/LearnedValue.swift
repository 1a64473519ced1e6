/// A learned hyperparameter as tables and records show it: its value, or a summary where it has one for every entry.
public struct LearnedValue: Sendable, Hashable {
  /// The hyperparameter's name, "learningRate" for example.
  public let hyperparameter: String
  /// The parameter tensor that it belongs to; nil where all share it.
  public let parameter: String?
  /// The adaptation step that it belongs to, from 1; nil where all share it.
  public let step: Int?
  /// Its mean over entries; the value itself where there is one.
  public let mean: Double
  /// The smallest entry.
  public let minimum: Double
  /// The largest entry.
  public let maximum: Double

  /// Summarises the entries of a hyperparameter.
  /// - Precondition: At least one entry.
  public init(_ hyperparameter: String, of parameter: String?, step: Int?, entries: [Double]) {
    precondition(!entries.isEmpty, "a learned hyperparameter has at least one entry")
    self.hyperparameter = hyperparameter
    self.parameter = parameter
    self.step = step
    mean = entries.reduce(0, +) / Double(entries.count)
    minimum = entries.min() ?? mean
    maximum = entries.max() ?? mean
  }

  /// The name in records: "beta1", "learningRate.layers.0.weight", "learningRate.layers.0.weight@2" for step 2.
  public var name: String {
    (parameter.map { "\(hyperparameter).\($0)" } ?? hyperparameter) + (step.map { "@\($0)" } ?? "")
  }
}
