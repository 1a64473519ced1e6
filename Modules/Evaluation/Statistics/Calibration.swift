public import Algorithms

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How well predicted class probabilities agree with what happens.
///
/// With pᵢ the probabilities of example i, yᵢ its class and confidence cᵢ = max pᵢ:
/// ```
/// expected calibration error = Σ over bins of |bin| / n · |accuracy of the bin − mean confidence of the bin|
/// negative log-likelihood    = −Σᵢ ln pᵢ(yᵢ) / n                     in nats
/// Brier score                = Σᵢ Σ over classes of (pᵢ(c) − [c = yᵢ])² / n        in 0...2
/// ```
/// All three are 0 for certain and right predictions.
/// - SeeAlso: Guo et al., "On calibration of modern neural networks", ICML 2017, section 2, <https://arxiv.org/abs/1706.04599>;
///   Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78, 1950.
public struct Calibration: Sendable, Hashable {
  /// The predictions whose confidence lies above the lower and up to the upper bound: one bar of a reliability diagram.
  public struct Bin: Sendable, Hashable {
    /// Lower bound of the confidence; the first bin includes it.
    public let lower: Double
    /// Upper bound of the confidence, inclusive.
    public let upper: Double
    /// The number of predictions.
    public let count: Int
    /// The fraction of right predictions, in 0...1; nil for an empty bin.
    public let accuracy: Double?
    /// The mean confidence, in 0...1; nil for an empty bin.
    public let confidence: Double?

    /// Describes one of several bins of equal width; accuracy and confidence of an empty one are dropped.
    init(_ index: Int, of bins: Int, count: Int, accuracy: Double?, confidence: Double?) {
      (lower, upper) = (Double(index) / Double(bins), Double(index + 1) / Double(bins))
      self.count = count
      self.accuracy = count > 0 ? accuracy : nil
      self.confidence = count > 0 ? confidence : nil
    }
  }

  /// The number of examples, n.
  public let count: Int
  /// The expected calibration error, in 0...1.
  public let expectedError: Double
  /// The mean negative log-likelihood in nats; infinite if a true class has probability 0.
  public let negativeLogLikelihood: Double
  /// The mean Brier score over all classes, in 0...2.
  public let brierScore: Double
  /// The bins of equal width, empty ones included.
  public let bins: [Bin]

  /// Compares predictions with labels.
  ///
  /// - Parameters:
  ///   - probabilities: The class probabilities, example by example: `[n · classes]`. Each example's sum is 1 within 1e-3.
  ///   - labels: The class of each example, in 0..<classes.
  ///   - classes: The number of classes, at least 1.
  ///   - bins: The number of bins, at least 1.
  /// - Throws: ``CalibrationError``. Of several equal probabilities, the first class is the prediction.
  public init(_ probabilities: [Double], labels: [Int], classes: Int, bins: Int = 15) throws(CalibrationError) {
    guard !labels.isEmpty else { throw .noExamples }
    guard classes >= 1, bins >= 1 else { throw .sizes(classes: classes, bins: bins) }
    guard probabilities.count == labels.count * classes else {
      throw .probabilityCount(probabilities.count, examples: labels.count, classes: classes)
    }
    var tally = CalibrationTally(bins: bins)
    for (example, label) in labels.enumerated() {
      guard (0..<classes).contains(label) else { throw .label(label, example: example, classes: classes) }
      let row = probabilities[example * classes..<(example + 1) * classes]
      guard row.allSatisfy({ (0...1).contains($0) }), abs(row.reduce(0, +) - 1) <= 1e-3 else { throw .notProbabilities(example: example) }
      tally.add(row, label: row.startIndex + label, logLikelihood: log(row[row.startIndex + label]))
    }
    guard let calibration = Self(tally) else { throw .noExamples }
    self = calibration
  }

  /// Summarises a tally; nil if it is empty.
  public init?(_ tally: CalibrationTally) {
    count = tally.count
    guard count > 0 else { return nil }
    let examples = Double(count)
    negativeLogLikelihood = -tally.logLikelihood / examples
    brierScore = tally.squaredError / examples
    expectedError = tally.bins.reduce(0) { $0 + abs(Double($1.right) - $1.confidence) } / examples
    bins = tally.bins.enumerated().map { index, total in
      let size = Double(max(total.count, 1))
      return Bin(
        index, of: tally.bins.count, count: total.count, accuracy: Double(total.right) / size, confidence: total.confidence / size)
    }
  }

  /// Restores a recorded calibration.
  init(expectedError: Double, negativeLogLikelihood: Double, brierScore: Double, bins: [Bin]) {
    count = bins.reduce(0) { $0 + $1.count }
    (self.expectedError, self.negativeLogLikelihood, self.brierScore) = (expectedError, negativeLogLikelihood, brierScore)
    self.bins = bins
  }
}
