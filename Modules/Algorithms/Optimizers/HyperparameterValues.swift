public import Autograd
public import Models
public import TensorCore

/// The values of a rule's hyperparameters with a task axis, looked up by name, parameter and step.
///
/// A value may be a constant of the settings or a learned number. Learned numbers are shared by all parameters, or exist per tensor or per
/// entry, and optionally per step. A rule reads all of them in the same way.
public struct HyperparameterValues {
  private let optimizer: Optimizer
  private let learned: ParameterTree<Variable>
  private let learnedNames: Set<String>
  private let isPerStep: Bool
  private let tasks: Int
  private let dtype: DType
  let convention: OptimizerStep.Convention
  private let cache = Cache()

  /// Creates the values of an optimizer's hyperparameters.
  ///
  /// - Parameters:
  ///   - optimizer: The rule with its constants.
  ///   - learned: Learned values under the names of ``HyperparameterKey``: [T], or [T, …] with the shape of a parameter. Per-step values
  ///     have the step axis after the task axis.
  ///   - isPerStep: Whether learned values have a step axis; steps beyond its end use the last value.
  ///   - tasks: Number of tasks, T.
  ///   - dtype: Type of the constants.
  ///   - convention: Position of ε.
  public init(
    _ optimizer: Optimizer, learned: ParameterTree<Variable> = ParameterTree(), isPerStep: Bool = false, tasks: Int, dtype: DType,
    convention: OptimizerStep.Convention = .insideRoot
  ) {
    self.optimizer = optimizer
    self.learned = learned
    learnedNames = Set(learned.names.map { HyperparameterKey(text: $0).name })
    self.isPerStep = isPerStep
    self.tasks = tasks
    self.dtype = dtype
    self.convention = convention
  }

  /// Learned values and all tracked values derived from them so far; steps share them.
  var shared: [Variable] { learned.leaves + cache.all }

  /// The value of a hyperparameter that is a constant of the settings; nil if it is learned.
  func constant(_ name: String) -> Double? {
    learnedNames.contains(name) ? nil : optimizer[name]
  }

  /// The value for a parameter in a step, counted from 1: [T], or [T, …] with the parameter's shape.
  func value(_ name: String, of parameter: String, step: Int) -> Variable {
    guard let (key, leaf) = find(name, parameter) else {
      return cache("\(name)") { Variable(constant: Tensor(optimizer[name], dtype: dtype).expanded(over: tasks)) }
    }
    guard isPerStep else { return leaf }
    let place = min(step, leaf.shape[1]) - 1
    return cache("\(key) \(place)") {
      leaf.sliced(place..<(place + 1), along: 1).reshaped(leaf.shape.removing(1))
    }
  }

  func complement(_ name: String, of parameter: String, step: Int) -> Variable {
    cache("1 - \(place(name, parameter, step))") { 1 - value(name, of: parameter, step: step) }
  }

  func biasCorrection(_ name: String, of parameter: String, step: Int) -> Variable {
    cache("1 - \(place(name, parameter, step)) to \(step)") { 1 - power(name, of: parameter, step: step) }
  }

  /// βᵗ, or the product of the values of all steps if they differ: one more factor than in the step before.
  private func power(_ name: String, of parameter: String, step: Int) -> Variable {
    cache("\(place(name, parameter, step)) to \(step)") {
      let last = value(name, of: parameter, step: step)
      guard step > 1 else { return last }
      if let known = cache.known("\(place(name, parameter, step - 1)) to \(step - 1)") { return known * last }
      // The first step may be far from 1: carried moments, or an outer update. Squaring keeps the cost independent of t.
      guard isPerStep, let (_, leaf) = find(name, parameter) else { return last.pow(step) }
      let own = min(step, leaf.shape[1])
      let head = (1..<own).dropFirst().reduce(value(name, of: parameter, step: 1)) { $0 * value(name, of: parameter, step: $1) }
      return (own > 1 ? head * last.pow(step - own + 1) : last.pow(step))
    }
  }

  private func find(_ name: String, _ parameter: String) -> (key: String, leaf: Variable)? {
    guard learnedNames.contains(name) else { return nil }
    for key in [HyperparameterKey(name, of: parameter), HyperparameterKey(name, of: nil)] {
      if let leaf = learned.leaf(key.text) { return (key.text, leaf) }
    }
    return nil
  }

  /// The cache key of a value.
  private func place(_ name: String, _ parameter: String, _ step: Int) -> String {
    guard let (key, _) = find(name, parameter) else { return name }
    return isPerStep ? "\(key) at \(step)" : key
  }

  /// Caches values, so that parameters and steps share them.
  private final class Cache {
    private var made: [String: Variable] = [:]

    var all: [Variable] { made.values.filter(\.isTracked) }

    func known(_ key: String) -> Variable? { made[key] }

    func callAsFunction(_ key: String, _ make: () -> Variable) -> Variable {
      if let found = made[key] { return found }
      let result = make()
      made[key] = result
      return result
    }
  }
}
