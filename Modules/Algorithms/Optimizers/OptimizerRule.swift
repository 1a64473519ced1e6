public import Autograd
public import Registry
public import TensorCore

/// The update rule of an optimizer: one file, from the formula to the registration in the last lines.
///
/// The same rule serves as inner and as outer optimizer. In adaptation, it is differentiable in the parameters, the gradients and its own
/// hyperparameters. ``OptimizerStep`` implements the two conventions for ε. Settings, help, parity cases and the memory estimate all derive
/// from these declarations.
public protocol OptimizerRule: Sendable {
  /// Name and source of the rule.
  static var card: Card { get }

  /// Hyperparameters of the rule, without the learning rate, which every rule has.
  static var hyperparameters: [RuleHyperparameter] { get }

  /// Names of the tensors that the rule keeps per parameter from step to step; each has the parameter's shape.
  static var slots: [String] { get }

  /// Computes the new value of one parameter, [T, …], by differentiable operations, and writes the step's slots.
  static func update(_ step: inout OptimizerStep) -> Variable

  /// Updates the outer optimizer's parameters in place, if the rule has a faster way to do so.
  ///
  /// - Parameters:
  ///   - parameter: All parameters as one vector.
  ///   - gradient: The gradient, with the same shape.
  ///   - slots: One tensor per entry of ``slots``; zeros before the first step.
  ///   - values: The hyperparameters by name, including "learningRate".
  ///   - number: The number of this step, from 1.
  /// - Returns: What has been done; ``InPlaceUpdate/none``, without any change, if the rule has no such way.
  static func updateInPlace(
    _ parameter: inout Tensor, _ gradient: Tensor, slots: inout [Tensor], _ values: [String: Double], number: Int
  ) -> InPlaceUpdate
}

/// What ``OptimizerRule/updateInPlace(_:_:slots:_:number:)`` has done.
public enum InPlaceUpdate: Sendable, Hashable {
  /// Nothing.
  case none
  /// The step.
  case step
  /// The step; subnormal slots are 0, and it is known whether all new numbers are finite.
  case checkedStep(isFinite: Bool)
}

extension OptimizerRule {
  public static var hyperparameters: [RuleHyperparameter] { [] }
  public static var slots: [String] { [] }

  public static func updateInPlace(
    _ parameter: inout Tensor, _ gradient: Tensor, slots: inout [Tensor], _ values: [String: Double], number: Int
  ) -> InPlaceUpdate { .none }

  /// The learning rate and the rule's own hyperparameters.
  static var allHyperparameters: [RuleHyperparameter] { [.learningRate] + hyperparameters }
}

/// All optimizer rules linked into this program.
public enum OptimizerRegistry {
  /// The registry, rebuilt from the linker section on every read.
  public static var all: Registry<any OptimizerRule.Type> { Registry(.optimizers) { $0.card.id } }

  /// The rules, ordered by id.
  static let types = all.items.map(\.item)

  /// Looks up a rule by id.
  /// - Throws: `LookupError` with the nearest id.
  public static func type(of id: String) throws(LookupError) -> any OptimizerRule.Type { try all.item(id, kind: "optimizer") }
}
