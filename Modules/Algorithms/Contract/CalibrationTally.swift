public import TensorCore
public import Tasks
import Registry

/// Sums over class predictions, from which their calibration is computed without keeping any prediction.
///
/// Tallies of consecutive shards are added in the order of the shards, so the sums do not depend on the number of threads.
/// - SeeAlso: Guo et al., "On calibration of modern neural networks", ICML 2017, section 2, <https://arxiv.org/abs/1706.04599>
public struct CalibrationTally: Sendable, Hashable {
  /// The predictions whose confidence, the probability of the predicted class, lies in one range.
  public struct Bin: Sendable, Hashable {
    /// The number of predictions.
    public fileprivate(set) var count = 0
    /// The number of right ones.
    public fileprivate(set) var right = 0
    /// The sum of their confidences.
    public fileprivate(set) var confidence = 0.0
  }

  /// Ranges of equal width of 0...1; each includes its upper bound, and the first its lower bound.
  public private(set) var bins: [Bin]
  /// The sum of ln p(class) over the predictions, in nats; −∞ if a class has probability 0.
  public private(set) var logLikelihood = 0.0
  /// The sum over predictions and classes of (p(c) − [c = class])².
  public private(set) var squaredError = 0.0
  /// The number of predictions that are not numbers; they count nowhere else.
  public private(set) var leftOut = 0

  /// The number of predictions in the bins.
  public var count: Int { bins.reduce(0) { $0 + $1.count } }

  /// Creates an empty tally.
  /// - Precondition: At least one bin.
  public init(bins: Int = 15) {
    require(bins >= 1, "a calibration tally of \(bins) bins")
    self.bins = Array(repeating: Bin(), count: bins)
  }

  /// Adds a prediction; of several equal probabilities, the first class is the predicted one.
  ///
  /// - Parameters:
  ///   - probabilities: The probability of each class.
  ///   - label: The class, an index of `probabilities`.
  ///   - logLikelihood: ln p(class).
  /// - Precondition: The label is one of the classes. A probability that is not a number leaves the prediction out.
  public mutating func add(_ probabilities: ArraySlice<Double>, label: Int, logLikelihood: Double) {
    require(probabilities.indices.contains(label), "a prediction for the label \(label)")
    guard !logLikelihood.isNaN, probabilities.allSatisfy({ (0...1).contains($0) }) else {
      leftOut += 1
      return
    }
    var best = probabilities.startIndex
    for place in probabilities.indices {
      if probabilities[place] > probabilities[best] { best = place }
      let error = probabilities[place] - (place == label ? 1 : 0)
      squaredError += error * error
    }
    self.logLikelihood += logLikelihood
    let bin = Self.bin(of: probabilities[best], among: bins.count)
    bins[bin].count += 1
    bins[bin].right += best == label ? 1 : 0
    bins[bin].confidence += probabilities[best]
  }

  /// Adds the predictions of another tally.
  /// - Precondition: Equally many bins.
  public mutating func add(_ other: CalibrationTally) {
    require(bins.count == other.bins.count, "calibration tallies of \(bins.count) and \(other.bins.count) bins")
    for place in bins.indices {
      bins[place].count += other.bins[place].count
      bins[place].right += other.bins[place].right
      bins[place].confidence += other.bins[place].confidence
    }
    logLikelihood += other.logLikelihood
    squaredError += other.squaredError
    leftOut += other.leftOut
  }

  /// The sum of tallies in their order; nil if one is missing, or if there are none.
  package static func sum(_ tallies: [CalibrationTally?]) -> CalibrationTally? {
    var sum: CalibrationTally?
    for tally in tallies {
      guard let tally else { return nil }
      guard sum != nil else {
        sum = tally
        continue
      }
      sum?.add(tally)
    }
    return sum
  }

  /// The bin with lower bound < confidence ≤ upper bound, by bounds i / bins.
  private static func bin(of confidence: Double, among bins: Int) -> Int {
    var bin = min(Int(confidence * Double(bins)), bins - 1)
    if bin > 0, confidence <= Double(bin) / Double(bins) { bin -= 1 }
    if bin < bins - 1, confidence > Double(bin + 1) / Double(bins) { bin += 1 }
    return bin
  }
}

extension Learner {
  /// Compares class predictions [T, M, outputs] with their labels; nil for a loss without class probabilities.
  ///
  /// Padding is skipped. A prediction with an output that is not a number is left out and counted.
  public func calibration(_ predictions: Tensor, _ targets: Targets) -> CalibrationTally? {
    guard let (logarithms, classes) = classLogProbabilities(predictions) else { return nil }
    let labels: [Int]
    switch targets.unmasked {
    case .classes(let tensor, _): labels = tensor.integers
    case .values(let tensor): labels = tensor.doubles.map { $0 > 0.5 ? 1 : 0 }
    case .padded: return nil
    }
    let mask = targets.mask?.doubles
    let probabilities = logarithms.map(exponential)
    var tally = CalibrationTally()
    for (place, label) in labels.enumerated() where mask?[place] != 0 {
      let start = place * classes
      tally.add(probabilities[start..<start + classes], label: start + label, logLikelihood: logarithms[start + label])
    }
    return tally
  }
}
