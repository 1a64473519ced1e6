public import Autograd
public import Models
public import TensorCore

/// The values of a rule's hyperparameters over the task axis, looked up by name, parameter and step.
///
/// A constant of the settings, a learned number shared by all parameters, one for each tensor, one for each entry, each of them
/// perhaps for every step: the rule reads all of them in the same way.
public struct HyperparameterValues {
  private let optimizer: Optimizer
  private let learned: ParameterTree<Variable>
  private let learnedNames: Set<String>
  private let isPerStep: Bool
  private let tasks: Int
  private let dtype: DType
  let convention: OptimizerStep.Convention
  private let cache = Cache()

  /// The values of an optimizer.
  ///
  /// - Parameters:
  ///   - optimizer: The rule with its constants.
  ///   - learned: Learned values under the names of ``HyperparameterKey``: [T], or [T, …] of a parameter's shape. With one value for
  ///     each step the steps are the axis behind the task axis.
  ///   - isPerStep: Whether learned values have that axis; steps beyond the last take its value.
  ///   - tasks: T.
  ///   - dtype: The type of constants.
  ///   - convention: Where ε stands.
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

  /// What rules have read so far beside constants, with the learned values: steps share it.
  var shared: [Variable] { learned.leaves + cache.all }

  /// The number, where a hyperparameter is a constant of the settings.
  func constant(_ name: String) -> Double? {
    learnedNames.contains(name) ? nil : optimizer[name]
  }

  /// The value for a parameter in a step, from 1: [T], or of the parameter's shape.
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

  /// βᵗ, with one value for each step their product: one more factor than the step before.
  private func power(_ name: String, of parameter: String, step: Int) -> Variable {
    cache("\(place(name, parameter, step)) to \(step)") {
      let last = value(name, of: parameter, step: step)
      guard step > 1 else { return last }
      if let known = cache.known("\(place(name, parameter, step - 1)) to \(step - 1)") { return known * last }
      // A first step far from 1: moments that were carried on, or an outer update. By squaring, so that its cost does not grow with t.
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

  /// What a value depends on, as a key.
  private func place(_ name: String, _ parameter: String, _ step: Int) -> String {
    guard let (key, _) = find(name, parameter) else { return name }
    return isPerStep ? "\(key) at \(step)" : key
  }

  /// What several parameters share is made once.
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
