public import Autograd
public import Models
import Registry

/// What a rule remembers from step to step: one tree for each of its slots.
public struct OptimizerState {
  /// One tree for each of the rule's slots, in their order; empty before the first step.
  public private(set) var trees: [ParameterTree<Variable>] = []
  /// Steps done.
  public private(set) var count = 0

  /// The state before the first step.
  public init() {}

  /// A state that was reached before.
  ///
  /// - Parameters:
  ///   - trees: One tree for each of the rule's slots, in their order.
  ///   - count: Steps done.
  public init(_ trees: [ParameterTree<Variable>], count: Int) {
    self.trees = trees
    self.count = count
  }

  /// The state cut off from the graph.
  public var detached: OptimizerState { OptimizerState(trees.map { $0.map(\.detached) }, count: count) }

  /// One step on parameters [T, …].
  ///
  /// - Parameters:
  ///   - parameters: The present values.
  ///   - gradients: Their gradients.
  ///   - rule: The rule.
  ///   - values: The rule's hyperparameters.
  /// - Returns: The new values, in the graph of what they were computed from.
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
        guard let value else { preconditionFailure("\(rule.card.id) has left its slot '\(names[slot])' empty") }
        kept[slot].append(value)
      }
    }
    trees = kept.map(parameters.replacing)
    return parameters.replacing(moved)
  }
}
