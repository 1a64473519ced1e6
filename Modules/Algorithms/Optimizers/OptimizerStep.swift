public import Autograd
import TensorCore

/// One step of a rule on one parameter: the inputs of the rule, and its slots.
public struct OptimizerStep {
  /// Position of ε relative to the square root.
  public enum Convention: Sendable, Hashable {
    /// d / √(s + ε): differentiable at s = 0, which adaptation needs, because √s has no derivative there.
    case insideRoot
    /// d / (√s + ε): the convention of PyTorch and the papers, for the outer optimizer.
    case outsideRoot
  }

  /// The current value θ, [T, …].
  public let parameter: Variable
  /// The gradient g at the current value, with the same shape.
  public let gradient: Variable
  /// Number of this step, from 1.
  public let number: Int
  let name: String
  let values: HyperparameterValues
  let slotNames: [String]
  var slots: [Variable?]

  /// The value of a slot; nil before the first step.
  /// - Precondition: The rule declares the slot.
  public subscript(slot name: String) -> Variable? {
    get { slots[place(of: name)] }
    set { slots[place(of: name)] = newValue }
  }

  private func place(of slot: String) -> Int {
    guard let place = slotNames.firstIndex(of: slot) else { fatalError("no slot '\(slot)' among \(slotNames)") }
    return place
  }

  /// A hyperparameter of the rule, in a shape that broadcasts over the parameter.
  public subscript(hyperparameter name: String) -> Variable { aligned(values.value(name, of: self.name, step: number)) }

  /// 1 minus a hyperparameter, in a shape that broadcasts over the parameter.
  public func complement(of hyperparameter: String) -> Variable { aligned(values.complement(hyperparameter, of: name, step: number)) }

  /// Adam's bias correction 1 − βᵗ for step t, in a shape that broadcasts over the parameter.
  public func biasCorrection(of hyperparameter: String) -> Variable {
    aligned(values.biasCorrection(hyperparameter, of: name, step: number))
  }

  /// Updates a slot by an exponential average, s ← β·s + (1 − β)·x from 0, and returns it.
  public mutating func average(_ value: Variable, in slot: String, decay: String) -> Variable {
    let added = value * complement(of: decay)
    let result = self[slot: slot].map { $0 * self[hyperparameter: decay] + added } ?? added
    self[slot: slot] = result
    return result
  }

  /// Divides a direction by the root of squares, with ε at the position that ``Convention`` says.
  public func divided(_ direction: Variable, byRootOf squares: Variable) -> Variable {
    let epsilon = self[hyperparameter: "epsilon"]
    return switch values.convention {
    case .insideRoot: direction * (squares + epsilon).reciprocalSquareRoot(epsilon: 0)
    case .outsideRoot: direction / (squares.safeSquareRoot() + epsilon)
    }
  }

  /// The parameter moved against a direction: θ − α·d.
  public func moved(against direction: Variable) -> Variable { moved(parameter, against: direction) }

  /// A given value moved against a direction: x − α·d.
  public func moved(_ start: Variable, against direction: Variable) -> Variable {
    // A constant rate fuses into one kernel.
    if let rate = values.constant("learningRate") { return start.adding(direction, scaledBy: -rate) }
    return start - self[hyperparameter: "learningRate"] * direction
  }

  /// Reshapes a value [T] so that it broadcasts over the parameter; a value with the parameter's shape stays as it is.
  ///
  /// A single number broadcasts over any parameter, with or without a task axis.
  private func aligned(_ value: Variable) -> Variable {
    if value.shape == [1] { return value.reshaped(Shape(parameter.shape.dimensions.map { _ in 1 })) }
    guard value.shape.rank == 1, parameter.shape.rank > 1 else { return value }
    return value.reshaped(parameter.shape.reducing(AxisSet(1..<parameter.shape.rank)))
  }
}
