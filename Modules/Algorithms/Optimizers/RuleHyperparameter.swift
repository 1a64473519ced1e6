public import Autograd

/// A hyperparameter of an update rule, either a constant of the settings or meta-learned.
public struct RuleHyperparameter: Sendable, Hashable {
  /// Stable name, such as "beta1"; the setting is then "inner.beta1" or "outer.beta1".
  public let name: String
  /// Default value.
  public let defaultValue: Double
  /// Range of valid values.
  public let range: ClosedRange<Double>
  /// One sentence about its effect, for help texts.
  public let meaning: String
  /// Name in reference cases, if it differs from ``name``.
  public let referenceName: String
  /// The transform that keeps a learned value in its range.
  public let transform: HyperparameterTransform

  /// Declares a hyperparameter; by default a learned value has no transform.
  public init(
    _ name: String, _ defaultValue: Double, in range: ClosedRange<Double>, _ meaning: String, referenceName: String? = nil,
    transform: HyperparameterTransform = .none
  ) {
    self.name = name
    self.defaultValue = defaultValue
    self.range = range
    self.meaning = meaning
    self.referenceName = referenceName ?? name
    self.transform = transform
  }

  /// The learning rate, which every rule has.
  public static let learningRate = RuleHyperparameter(
    "learningRate", 0.01, in: 0...1000, "Learning rate, for losses that are means over samples.", referenceName: "lr", transform: .softplus)

  /// ε, which keeps the division by a root and its derivative finite.
  public static let epsilon = RuleHyperparameter(
    "epsilon", 1e-8, in: 1e-12...1,
    "Stabiliser ε of the division: inside the root in adaptation, outside the root in the outer optimizer.", referenceName: "eps",
    transform: .softplus)
}

/// Maps an unbounded number, which the meta-gradient moves, into the domain of a learned hyperparameter.
public enum HyperparameterTransform: Sendable, Hashable {
  /// The identity.
  case none
  /// log(1 + exp(x)), for positive numbers.
  case softplus
  /// 0.999999 / (1 + exp(−x)), for numbers between 0 and 1.
  ///
  /// The factor keeps a decay away from 1, where Adam's bias correction would divide by zero in float32.
  case logistic

  private static let mostDecay = 0.999999

  /// Maps an unbounded number to its value.
  public func callAsFunction(_ raw: Variable) -> Variable {
    switch self {
    case .none: raw
    case .softplus: raw.softplus()
    case .logistic: raw.sigmoid() * Self.mostDecay
    }
  }

  /// Maps a value to its unbounded number.
  ///
  /// A value outside the open domain, such as 0, first moves to its edge.
  public func inverse(_ value: Double) -> Double {
    switch self {
    case .none: return value
    case .softplus:
      let positive = max(value, 1e-12)
      // log(exp(y) − 1) = y + log(1 − exp(−y)), which does not overflow.
      return positive + naturalLogarithm(-exponentialMinusOne(-positive))
    case .logistic:
      let inside = min(max(value / Self.mostDecay, 1e-12), 1 - 1e-7)
      return naturalLogarithm(inside / (1 - inside))
    }
  }
}
