public import Autograd
public import Models
import Registry

/// The state of a rule between steps: one tree per slot.
public struct OptimizerState {
  /// One tree per slot, in the rule's order; empty before the first step.
  public private(set) var trees: [ParameterTree<Variable>] = []
  /// Number of steps done.
  public private(set) var count = 0

  /// Creates the state before the first step.
  public init() {}

  /// Restores a state that was reached before.
  ///
  /// - Parameters:
  ///   - trees: One tree per slot, in the rule's order.
  ///   - count: Number of steps done.
  public init(_ trees: [ParameterTree<Variable>], count: Int) {
    self.trees = trees
    self.count = count
  }

  /// The state, detached from the graph.
  public var detached: OptimizerState { map(\.detached) }

  /// The state with a function applied to every slot of every parameter.
  func map(_ transform: (Variable) -> Variable) -> OptimizerState { OptimizerState(trees.map { $0.map(transform) }, count: count) }

  /// Takes one step on parameters [T, …] and updates the slots.
  ///
  /// - Parameters:
  ///   - parameters: The current values.
  ///   - gradients: Their gradients.
  ///   - rule: The update rule.
  ///   - values: The rule's hyperparameters.
  /// - Returns: The new values, in the graph of the arguments.
  public mutating func step(
    _ parameters: ParameterTree<Variable>, _ gradients: ParameterTree<Variable>, by rule: any OptimizerRule.Type,
    _ values: HyperparameterValues
  ) -> ParameterTree<Variable> {
    count += 1
    let names = rule.slots
    var kept = names.map { _ in [Variable]() }
    let before = names.indices.map { trees.indices.contains($0) ? trees[$0].leaves : nil }
    var moved: [Variable] = []
    for (place, (parameter, gradient)) in zip(parameters.leaves, gradients.leaves).enumerated() {
      var step = OptimizerStep(
        parameter: parameter, gradient: gradient, number: count, name: parameters.names[place], values: values, slotNames: names,
        slots: before.map { $0?[place] })
      moved.append(rule.update(&step))
      for (slot, value) in step.slots.enumerated() {
        guard let value else { fatalError("\(rule.card.id) has left its slot '\(names[slot])' empty") }
        kept[slot].append(value)
      }
    }
    trees = kept.map(parameters.replacing)
    return parameters.replacing(moved)
  }
}
