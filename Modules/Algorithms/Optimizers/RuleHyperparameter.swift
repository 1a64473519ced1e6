public import Autograd

/// A number that an optimizer's rule reads: a constant of the settings, or meta-learned.
public struct RuleHyperparameter: Sendable, Hashable {
  /// Stable name, "beta1" for example: the setting is "inner.beta1" or "outer.beta1".
  public let name: String
  /// The value unless set.
  public let defaultValue: Double
  /// The values that it may take.
  public let range: ClosedRange<Double>
  /// What it does, one sentence.
  public let meaning: String
  /// Its name in reference cases, where that is another.
  public let referenceName: String
  /// How it is kept in its range while it is learned.
  public let transform: HyperparameterTransform

  /// Declares a hyperparameter.
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

  /// The step size, which every rule has.
  public static let learningRate = RuleHyperparameter(
    "learningRate", 0.01, in: 0...1000, "Learning rate, for losses that are means over samples.", referenceName: "lr", transform: .softplus)

  /// What keeps a root's derivative finite.
  public static let epsilon = RuleHyperparameter(
    "epsilon", 1e-8, in: 1e-12...1,
    "Keeps the division finite: inside the root in adaptation, outside the root in the outer optimizer.", referenceName: "eps",
    transform: .softplus)
}

/// How a learned hyperparameter is kept in its domain: the meta-gradient moves an unbounded number that is mapped into it.
public enum HyperparameterTransform: Sendable, Hashable {
  /// The number itself.
  case none
  /// log(1 + exp(x)): positive numbers.
  case softplus
  /// 0.999999 / (1 + exp(−x)): numbers between 0 and 1.
  ///
  /// The factor keeps a decay away from 1, where Adam's bias correction would divide by zero in float32.
  case logistic

  private static let mostDecay = 0.999999

  /// The value of an unbounded number.
  public func callAsFunction(_ raw: Variable) -> Variable {
    switch self {
    case .none: raw
    case .softplus: raw.softplus()
    case .logistic: raw.sigmoid() * Self.mostDecay
    }
  }

  /// The unbounded number of a value.
  ///
  /// A value outside the open domain, 0 for example, is moved to its edge.
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
