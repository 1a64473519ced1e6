public import Registry
import TensorCore

/// The range from which an initial learning rate is drawn, one for all entries.
public struct RateRange: Sendable, Hashable {
  /// The settings, under the prefix "initialRate" on the command line.
  public static let hyperparameters = HyperparameterTable<RateRange>([
    .real("low", \.low, in: 0...100, "Lower end of the range that the first learning rate α₀ is drawn from."),
    .real("high", \.high, in: 0...100, "Upper end of the range that the first learning rate α₀ is drawn from."),
  ])

  /// Lower bound, inclusive.
  public var low: Double
  /// Upper bound, inclusive.
  public var high: Double

  /// Creates the range [low, high], which algorithms validate before a run.
  public init(_ low: Double, _ high: Double) {
    self.low = low
    self.high = high
  }

  /// - Throws: ``AlgorithmError/emptyRange(algorithm:setting:low:high:)``
  func validate(_ algorithm: String) throws(AlgorithmError) {
    guard low <= high else { throw .emptyRange(algorithm: algorithm, setting: "initialRate", low: low, high: high) }
  }

  /// Draws a rate from a child of the random stream of the initial state.
  func draw(from stream: RandomStream) -> Double {
    var draw = stream.child("initial rate")
    return draw.uniform(low...high)
  }
}
