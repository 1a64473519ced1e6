public import Autograd
import TensorCore

/// One step of a rule on one parameter: what the rule reads, and what it remembers.
public struct OptimizerStep {
  /// Where ε stands.
  public enum Convention: Sendable, Hashable {
    /// d / √(s + ε): differentiable at s = 0, as adaptation needs it, because √s has no derivative there.
    case insideRoot
    /// d / (√s + ε): PyTorch's and the papers' convention, as the outer optimizer has it.
    case outsideRoot
  }

  /// The present value, θ, [T, …].
  public let parameter: Variable
  /// The gradient at the present value, g, of the same shape.
  public let gradient: Variable
  /// The number of this step, from 1.
  public let number: Int
  let name: String
  let values: HyperparameterValues
  let slotNames: [String]
  var slots: [Variable?]

  /// What the rule remembers under one of its slots' names; nil before the first step.
  /// - Precondition: The rule declares the slot.
  public subscript(slot name: String) -> Variable? {
    get { slots[place(of: name)] }
    set { slots[place(of: name)] = newValue }
  }

  private func place(of slot: String) -> Int {
    guard let place = slotNames.firstIndex(of: slot) else { preconditionFailure("no slot '\(slot)' among \(slotNames)") }
    return place
  }

  /// A hyperparameter of the rule, in a shape that broadcasts over the parameter.
  public subscript(hyperparameter name: String) -> Variable { aligned(values.value(name, of: self.name, step: number)) }

  /// 1 minus a hyperparameter, likewise.
  public func complement(of hyperparameter: String) -> Variable { aligned(values.complement(hyperparameter, of: name, step: number)) }

  /// Adam's bias correction 1 − βᵗ, t the number of this step, likewise.
  public func biasCorrection(of hyperparameter: String) -> Variable {
    aligned(values.biasCorrection(hyperparameter, of: name, step: number))
  }

  /// Updates a slot by an exponential average and returns it: s ← β·s + (1 − β)·x, from 0.
  public mutating func average(_ value: Variable, in slot: String, decay: String) -> Variable {
    let added = value * complement(of: decay)
    let result = self[slot: slot].map { $0 * self[hyperparameter: decay] + added } ?? added
    self[slot: slot] = result
    return result
  }

  /// A direction divided by the root of squares, with ε where ``Convention`` says.
  public func divided(_ direction: Variable, byRootOf squares: Variable) -> Variable {
    let epsilon = self[hyperparameter: "epsilon"]
    return switch values.convention {
    case .insideRoot: direction * (squares + epsilon).reciprocalSquareRoot(epsilon: 0)
    case .outsideRoot: direction / (squares.safeSquareRoot() + epsilon)
    }
  }

  /// θ − α·d.
  public func moved(against direction: Variable) -> Variable { moved(parameter, against: direction) }

  /// Another value moved: x − α·d.
  public func moved(_ start: Variable, against direction: Variable) -> Variable {
    // A rate that is a constant of the settings fuses into one kernel.
    if let rate = values.constant("learningRate") { return start.adding(direction, scaledBy: -rate) }
    return start - self[hyperparameter: "learningRate"] * direction
  }

  /// A value [T] with axes of extent 1 behind the task axis; one of the parameter's own shape stays.
  ///
  /// A single number fits any parameter, with a task axis or without one.
  private func aligned(_ value: Variable) -> Variable {
    if value.shape == [1] { return value.reshaped(Shape(parameter.shape.dimensions.map { _ in 1 })) }
    guard value.shape.rank == 1, parameter.shape.rank > 1 else { return value }
    return value.reshaped(parameter.shape.reducing(AxisSet(1..<parameter.shape.rank)))
  }
}
