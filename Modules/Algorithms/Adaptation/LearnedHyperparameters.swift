/// Which hyperparameters of the inner optimizer are meta-learned, and how finely.
public struct LearnedHyperparameters: Sendable, Hashable {
  /// How many values a learned hyperparameter has.
  public enum Granularity: String, Sendable, Hashable, CaseIterable {
    /// One for all parameters.
    case global
    /// One for each parameter tensor.
    case tensor
    /// One for each entry of each parameter.
    case parameter
  }

  /// Stands for all hyperparameters of the rule.
  public static let all = "all"

  /// Their names, or ``all``; none by default.
  public var names: [String] = []
  /// How many values each has.
  public var granularity = Granularity.global
  /// Whether every adaptation step has values of its own; steps beyond those trained use the last one's.
  public var isPerStep = false
  /// Whether learning rates are learned as they are and may turn negative, as Meta-SGD has it.
  public var hasSignedRates = false
  /// Whether learned hyperparameters live in an unbounded parameterisation, ``HyperparameterTransform``, so that no meta-update
  /// leaves their domain.
  public var isTransformed = true

  /// Nothing is learned.
  public init() {}

  /// Some hyperparameters.
  public init(_ names: [String], _ granularity: Granularity = .global, isPerStep: Bool = false, hasSignedRates: Bool = false) {
    self.names = names
    self.granularity = granularity
    self.isPerStep = isPerStep
    self.hasSignedRates = hasSignedRates
  }

  /// The names for a rule.
  func names(of rule: any OptimizerRule.Type) -> [String] {
    names.contains(Self.all) ? rule.allHyperparameters.map(\.name) : names
  }

  /// How a hyperparameter of a rule is kept in its domain while it is learned.
  func transform(_ name: String, of rule: any OptimizerRule.Type) -> HyperparameterTransform {
    guard isTransformed else { return .none }
    if hasSignedRates, name == RuleHyperparameter.learningRate.name { return .none }
    return rule.allHyperparameters.first { $0.name == name }?.transform ?? .none
  }
}
