/// Why the calibration of predictions cannot be computed.
public enum CalibrationError: Error, Hashable, CustomStringConvertible {
  /// There are no examples.
  case noExamples
  /// There are no classes or no bins.
  case sizes(classes: Int, bins: Int)
  /// The number of probabilities is not that of examples times classes.
  case probabilityCount(Int, examples: Int, classes: Int)
  /// The label of an example is not a class.
  case label(Int, example: Int, classes: Int)
  /// A probability of an example is not in 0...1, or their sum is not 1.
  case notProbabilities(example: Int)

  public var description: String {
    switch self {
    case .noExamples: "no examples, expected at least one"
    case .sizes(let classes, let bins): "\(classes) classes and \(bins) bins, expected at least one of each"
    case .probabilityCount(let count, let examples, let classes):
      "\(count) probabilities for \(examples) examples of \(classes) classes, expected \(examples * classes)"
    case .label(let label, let example, let classes): "example \(example) has the label \(label), expected 0 to \(classes - 1)"
    case .notProbabilities(let example):
      "the predictions of example \(example) are not probabilities, expected numbers in 0...1 with sum 1; apply softmax to logits first"
    }
  }
}
