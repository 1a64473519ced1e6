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
    var totals = [(count: Int, right: Int, confidence: Double)](repeating: (0, 0, 0), count: bins)
    var (likelihood, brier) = (0.0, 0.0)
    for (example, label) in labels.enumerated() {
      guard (0..<classes).contains(label) else { throw .label(label, example: example, classes: classes) }
      let row = probabilities[example * classes..<(example + 1) * classes]
      guard row.allSatisfy({ (0...1).contains($0) }), abs(row.reduce(0, +) - 1) <= 1e-3 else { throw .notProbabilities(example: example) }
      var best = row.startIndex
      for place in row.indices {
        if row[place] > row[best] { best = place }
        let error = row[place] - (place == row.startIndex + label ? 1 : 0)
        brier += error * error
      }
      likelihood -= log(row[row.startIndex + label])
      let bin = Self.bin(of: row[best], among: bins)
      totals[bin].count += 1
      totals[bin].right += best == row.startIndex + label ? 1 : 0
      totals[bin].confidence += row[best]
    }
    let examples = Double(labels.count)
    count = labels.count
    negativeLogLikelihood = likelihood / examples
    brierScore = brier / examples
    expectedError = totals.reduce(0) { $0 + abs(Double($1.right) - $1.confidence) } / examples
    self.bins = totals.enumerated().map { index, total in
      Bin(
        lower: Double(index) / Double(bins), upper: Double(index + 1) / Double(bins), count: total.count,
        accuracy: total.count > 0 ? Double(total.right) / Double(total.count) : nil,
        confidence: total.count > 0 ? total.confidence / Double(total.count) : nil)
    }
  }

  /// The bin with lower bound < confidence ≤ upper bound, by the same bounds that the bins report.
  private static func bin(of confidence: Double, among bins: Int) -> Int {
    var bin = min(Int(confidence * Double(bins)), bins - 1)
    if bin > 0, confidence <= Double(bin) / Double(bins) { bin -= 1 }
    if bin < bins - 1, confidence > Double(bin + 1) / Double(bins) { bin += 1 }
    return bin
  }
}
