/// Which hyperparameters of the inner optimizer are meta-learned, and how finely.
public struct LearnedHyperparameters: Sendable, Hashable {
  /// The number of values of a learned hyperparameter.
  public enum Granularity: String, Sendable, Hashable, CaseIterable {
    /// One value for all parameters.
    case global
    /// One value per parameter tensor.
    case tensor
    /// One value per entry of each parameter.
    case parameter
  }

  /// The name that selects all hyperparameters of the rule.
  public static let all = "all"

  /// Names of the learned hyperparameters, or ``all``; none by default.
  public var names: [String] = []
  /// Number of values per hyperparameter.
  public var granularity = Granularity.global
  /// Whether every adaptation step has its own values; steps beyond the trained number reuse the last values.
  public var isPerStep = false
  /// Whether learning rates are learned without a transform, so that they may become negative, as in Meta-SGD.
  public var hasSignedRates = false
  /// Whether learned hyperparameters use an unbounded parameterisation, ``HyperparameterTransform``, so that no meta-update leaves their
  /// domain.
  public var isTransformed = true

  /// Creates a selection of no hyperparameters.
  public init() {}

  /// Selects hyperparameters by name; by default each has one value for all parameters and steps.
  public init(_ names: [String], _ granularity: Granularity = .global, isPerStep: Bool = false, hasSignedRates: Bool = false) {
    self.names = names
    self.granularity = granularity
    self.isPerStep = isPerStep
    self.hasSignedRates = hasSignedRates
  }

  /// Names of the learned hyperparameters of a rule, with ``all`` expanded.
  func names(of rule: any OptimizerRule.Type) -> [String] {
    names.contains(Self.all) ? rule.allHyperparameters.map(\.name) : names
  }

  /// The transform that keeps a learned hyperparameter in its domain.
  func transform(_ name: String, of rule: any OptimizerRule.Type) -> HyperparameterTransform {
    guard isTransformed else { return .none }
    if hasSignedRates, name == RuleHyperparameter.learningRate.name { return .none }
    return rule.allHyperparameters.first { $0.name == name }?.transform ?? .none
  }
}
