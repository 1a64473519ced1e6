public import Registry

/// A rule with the values of its hyperparameters.
public struct Optimizer: Sendable {
  /// The update rule.
  public var rule: any OptimizerRule.Type
  /// Values that replace the rule's defaults, by name; names that the rule does not declare have no effect.
  private var values: [String: Double] = [:]

  /// Creates an optimizer with the rule's default hyperparameters.
  public init(_ rule: any OptimizerRule.Type) { self.rule = rule }

  /// The value of a hyperparameter: the value set, or the rule's default.
  ///
  /// A name that the rule does not declare returns the value set, or 0.
  public subscript(name: String) -> Double {
    get { values[name] ?? rule.allHyperparameters.first { $0.name == name }?.defaultValue ?? 0 }
    set { values[name] = newValue }
  }

  /// Values of all hyperparameters of the rule, by name.
  public var hyperparameters: [String: Double] {
    Dictionary(uniqueKeysWithValues: rule.allHyperparameters.map { ($0.name, self[$0.name]) })
  }

  /// Checks the values against the ranges of the chosen rule; a setting's own range covers all rules that share its name.
  ///
  /// - Throws: `HyperparameterError`
  public func validate(_ prefix: String) throws(HyperparameterError) {
    for declared in rule.allHyperparameters where !declared.range.contains(self[declared.name]) {
      throw .invalid(key: "\(prefix).\(declared.name)", found: "\(self[declared.name])", expected: .real(declared.range))
    }
  }

  /// The setting "optimizer", which names the rule, and the hyperparameters of all registered rules.
  ///
  /// Rules that share a hyperparameter name share its setting.
  public static let settings: HyperparameterTable<Optimizer> = {
    let rules = OptimizerRegistry.types
    let choice = Hyperparameter<Optimizer>(
      "optimizer", in: .choice(rules.map { $0.card.id }), "Optimizer rule; 'tools list optimizers' lists the rules with their sources."
    ) {
      .text($0.rule.card.id)
    } write: { optimizer, value in
      if case .text(let id) = value, let rule = rules.first(where: { $0.card.id == id }) { optimizer.rule = rule }
    }
    return HyperparameterTable([choice] + hyperparameterNames.map { setting($0, of: rules) })
  }()

  /// Names of the hyperparameters of all registered rules, without duplicates.
  static let hyperparameterNames: [String] = {
    var names: [String] = []
    for name in OptimizerRegistry.types.flatMap({ $0.allHyperparameters.map(\.name) }) where !names.contains(name) { names.append(name) }
    return names
  }()

  private static func setting(_ name: String, of rules: [any OptimizerRule.Type]) -> Hyperparameter<Optimizer> {
    let owners = rules.filter { $0.allHyperparameters.contains { $0.name == name } }
    let declared = owners.flatMap { $0.allHyperparameters.filter { $0.name == name } }
    let low = declared.map(\.range.lowerBound).min() ?? 0
    let high = declared.map(\.range.upperBound).max() ?? 0
    let isShared = owners.count == rules.count
    let fallback = declared.first?.defaultValue ?? 0
    return Hyperparameter<Optimizer>(
      name, in: .real(low...high),
      (declared.first?.meaning ?? "") + (isShared ? "" : " For \(owners.map { $0.card.id }.joined(separator: ", ")).")
    ) { optimizer in
      .real(optimizer.values[name] ?? optimizer.rule.allHyperparameters.first { $0.name == name }?.defaultValue ?? fallback)
    } write: { optimizer, value in
      if case .real(let number) = value { optimizer.values[name] = number }
    }
  }
}

extension Optimizer: Hashable {
  public static func == (first: Optimizer, second: Optimizer) -> Bool {
    first.rule.card.id == second.rule.card.id && first.values == second.values
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(rule.card.id)
    hasher.combine(values)
  }
}
