public import Autograd
public import Registry
public import TensorCore

/// An optimizer's rule: one file, from the formula to the registration in its last lines.
///
/// The same rule serves in adaptation, differentiable in the parameters, the gradients and its own hyperparameters, and as the outer
/// optimizer. ``OptimizerStep`` knows the two conventions for ε. Settings, help, parity cases and the memory estimate follow from what
/// is declared here.
public protocol OptimizerRule: Sendable {
  /// Name and source.
  static var card: Card { get }

  /// Its hyperparameters beside the learning rate, which every rule has.
  static var hyperparameters: [RuleHyperparameter] { get }

  /// What it remembers of each parameter from step to step, by name; each has the parameter's shape.
  static var slots: [String] { get }

  /// The new value of one parameter, [T, …], in differentiable operations; what it remembers is written to the step's slots.
  static func update(_ step: inout OptimizerStep) -> Variable

  /// The same for the outer optimizer, in place, where there is a faster way.
  ///
  /// - Parameters:
  ///   - parameter: All parameters as one vector.
  ///   - gradient: Of the same shape.
  ///   - slots: One tensor for each of ``slots``; zeros before the first step.
  ///   - values: The hyperparameters by name, "learningRate" among them.
  ///   - number: The number of this step, from 1.
  /// - Returns: False, and nothing is changed, where there is no such way.
  static func updateInPlace(
    _ parameter: inout Tensor, _ gradient: Tensor, slots: inout [Tensor], _ values: [String: Double], number: Int
  ) -> Bool
}

extension OptimizerRule {
  public static var hyperparameters: [RuleHyperparameter] { [] }
  public static var slots: [String] { [] }

  public static func updateInPlace(
    _ parameter: inout Tensor, _ gradient: Tensor, slots: inout [Tensor], _ values: [String: Double], number: Int
  ) -> Bool { false }

  /// The learning rate and the rule's own hyperparameters.
  static var allHyperparameters: [RuleHyperparameter] { [.learningRate] + hyperparameters }
}

/// All optimizer rules linked into this program.
public enum OptimizerRegistry {
  /// The registry; reading it walks the linker section anew.
  public static var all: Registry<any OptimizerRule.Type> { Registry(.optimizers) { $0.card.id } }

  /// The rules in the order of their ids.
  static let types = all.items.map(\.item)

  /// The rule of an id.
  /// - Throws: `LookupError` with the nearest id.
  public static func type(of id: String) throws(LookupError) -> any OptimizerRule.Type { try all.item(id, kind: "optimizer") }
}
