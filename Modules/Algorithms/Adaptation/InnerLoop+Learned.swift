public import Autograd
public import Models
import Registry
public import TensorCore

extension InnerLoop {
  /// Initial values of the learned hyperparameters: the settings, in their unbounded parameterisation.
  public func initialHyperparameters(for initial: ParameterTree<Tensor>, dtype: DType) -> ParameterTree<Tensor> {
    let front = learns.isPerStep ? [max(steps, 1)] : []
    var entries: [(String, Tensor)] = []
    for name in learns.names(of: optimizer.rule) {
      let raw = learns.transform(name, of: optimizer.rule).inverse(optimizer[name])
      func filled(_ shape: [Int]) -> Tensor { Tensor(repeating: raw, shape: Shape(front + shape), dtype: dtype) }
      switch learns.granularity {
      case .global: entries.append((HyperparameterKey(name, of: nil).text, filled([])))
      case .tensor: entries += initial.names.map { (HyperparameterKey(name, of: $0).text, filled([])) }
      case .parameter:
        entries += initial.entries.map { (HyperparameterKey(name, of: $0.name).text, filled($0.leaf.shape.dimensions)) }
      }
    }
    return ParameterTree(entries)
  }

  /// The initial state: the initial parameters, learned or fixed, and the learned hyperparameters.
  public func initialState(_ initial: ParameterTree<Tensor>, dtype: DType) -> MetaState {
    let hyperparameters = initialHyperparameters(for: initial, dtype: dtype)
    return learnsInitialisation
      ? MetaState(learned: MetaParameters(initial: initial, inner: hyperparameters))
      : MetaState(learned: MetaParameters(inner: hyperparameters), fixedInitial: initial)
  }

  /// Learned hyperparameters mapped into their own domain, with one summary per tensor and step.
  func learnedValues(_ learned: ParameterTree<Tensor>) -> [LearnedValue] {
    learned.entries.flatMap { text, raw -> [LearnedValue] in
      let key = HyperparameterKey(text: text)
      let values = learns.transform(key.name, of: optimizer.rule)(Variable(constant: raw)).value.doubles
      guard learns.isPerStep else { return [LearnedValue(key.name, of: key.parameter, step: nil, entries: values)] }
      let size = values.count / raw.shape[0]
      return (0..<raw.shape[0]).map { step in
        LearnedValue(key.name, of: key.parameter, step: step + 1, entries: Array(values[(step * size)..<((step + 1) * size)]))
      }
    }
  }

  /// Checks that the rule declares the hyperparameters to learn, and that the settings learn anything at all.
  ///
  /// - Throws: `HyperparameterError`
  func validateLearned() throws(HyperparameterError) {
    let known = optimizer.rule.allHyperparameters.map(\.name)
    let names = learns.names(of: optimizer.rule)
    if let unknown = names.first(where: { !known.contains($0) }) {
      throw .malformed(
        key: "inner.learn", found: unknown,
        expected: "hyperparameters of the rule \(optimizer.rule.card.id): \(known.joined(separator: ", "))")
    }
    guard Set(names).count == names.count else {
      throw .malformed(key: "inner.learn", found: names.joined(separator: ","), expected: "each name once")
    }
    if !learnsInitialisation, names.isEmpty {
      throw .malformed(key: "inner.learnInitialisation", found: "false", expected: "true, or something to learn with inner.learn")
    }
  }

  /// The rule's hyperparameters with a task axis: learned values mapped into their domain, and constants for the rest.
  ///
  /// - Parameters:
  ///   - learned: Learned values as ``initialHyperparameters(for:dtype:)`` returns them, with a leading task axis.
  ///   - tasks: Number of tasks, T.
  ///   - dtype: Type of the constants.
  /// - Returns: The values, for lookup by a rule.
  public func values(learned: ParameterTree<Variable>, tasks: Int, dtype: DType) -> HyperparameterValues {
    let mapped = learned.replacing(
      learned.entries.map { learns.transform(HyperparameterKey(text: $0.name).name, of: optimizer.rule)($0.leaf) })
    return HyperparameterValues(optimizer, learned: mapped, isPerStep: learns.isPerStep, tasks: tasks, dtype: dtype)
  }
}
