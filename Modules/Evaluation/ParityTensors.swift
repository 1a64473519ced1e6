import Algorithms
import Models
import Tasks
import TensorCore

/// A case's tensors, checked against its definition: the inputs of the computation, and the reference.
struct ParityTensors {
  /// The parameters and hyperparameters to differentiate at.
  let learned: MetaParameters<Tensor>
  let episodes: Episodes
  /// The names of the hyperparameters in ``learned`` and in the file.
  let hyperNames: [(learned: String, file: String)]
  /// λ of the proximal problem; nil without one.
  let lambda: Double?
  /// The reference tensors, by their names without "expected.".
  let expected: [String: Tensor]
  /// The names and types of tensors that are not needed and have types that tensors lack.
  let ignored: [(name: String, type: String)]

  init(_ file: Safetensors, _ definition: ParityCase) throws(ParityError.Fault) {
    var used: Set<String> = []
    func read(_ name: String) throws(ParityError.Fault) -> Tensor? {
      used.insert(name)
      do { return try file.tensor(name) } catch { throw .file(error) }
    }
    func tensor(_ name: String, _ shape: Shape, _ type: DType = .float64) throws(ParityError.Fault) -> Tensor {
      guard let found = try read(name) else { throw .missingTensor(name) }
      guard found.shape == shape else { throw .tensorShape(name: name, expected: shape, found: found.shape) }
      guard found.dtype.isFloating == type.isFloating else { throw .tensorType(name: name, expected: type, found: found.dtype) }
      return found.converted(to: type)
    }
    func under(_ prefix: String) throws(ParityError.Fault) -> [String: Tensor] {
      var found: [String: Tensor] = [:]
      for name in Array(file.tensors.keys) + file.foreign.keys where name.hasPrefix(prefix) {
        found[String(name.dropFirst(prefix.count))] = try read(name)
      }
      return found
    }
    func parameters(_ prefix: String) throws(ParityError.Fault) -> ParameterTree<Tensor> {
      let found = try under(prefix)
      if let labels = found.sorted(by: { $0.key < $1.key }).first(where: { !$0.value.dtype.isFloating }) {
        throw .tensorType(name: prefix + labels.key, expected: .float64, found: labels.value.dtype)
      }
      do {
        return try definition.model.imported(found.mapValues { $0.converted(to: .float64) })
      } catch {
        if case .missingParameter(let name) = error { throw .missingTensor(prefix + name) }
        throw .model(error)
      }
    }
    func set(_ name: String, rows: Int) throws(ParityError.Fault) -> LabelledSet {
      let front = [definition.tasks, rows]
      let stored = try tensor("\(name).x", Shape(front + definition.fileInput.dimensions))
      // Images in the file have their channels first.
      let inputs = definition.fileInput.rank == 3 ? stored.transposed([0, 1, 3, 4, 2]) : stored
      guard definition.taskLoss.targets == .classes else {
        let targets = try tensor("\(name).y", Shape(front + [definition.outputs]))
        if definition.taskLoss.targets == .binary, let wrong = targets.doubles.first(where: { $0 != 0 && $0 != 1 }) {
          throw .target(tensor: "\(name).y", found: wrong)
        }
        return LabelledSet(inputs: inputs, targets: .values(targets))
      }
      let labels = try tensor("\(name).y", Shape(front), .int64)
      if let wrong = labels.integers.first(where: { !(0..<definition.outputs).contains($0) }) {
        throw .label(tensor: "\(name).y", found: wrong, ways: definition.outputs)
      }
      return LabelledSet(inputs: inputs, targets: .classes(labels, ways: definition.outputs))
    }

    var own = ParameterTree<Tensor>()
    let initial: ParameterTree<Tensor>
    if let algorithm = definition.algorithm {
      let layout = ParityLayout(algorithm, definition)
      let stored = try under("params.").merging(try under("hyper.")) { first, _ in first }
      (initial, own) = try layout.imported(stored)
    } else {
      initial = try parameters("params.")
    }
    let learns = definition.inner.learns
    let steps = learns.isPerStep ? [max(definition.inner.steps, 1)] : []
    var inner: [(String, Tensor)] = []
    var names: [(learned: String, file: String)] = []
    let declared = [RuleHyperparameter.learningRate] + definition.inner.optimizer.rule.hyperparameters
    // A case without adaptation steps has no hyperparameters of a rule.
    let hasRule = definition.algorithm == nil || file.tensors["hyper.\(RuleHyperparameter.learningRate.referenceName)"] != nil
    for hyperparameter in declared where hasRule && learns.names.contains(hyperparameter.name) {
      func note(_ parameter: String?, _ file: String, _ tensor: Tensor) {
        let key = HyperparameterKey(hyperparameter.name, of: parameter).text
        names.append((key, file))
        inner.append((key, tensor))
      }
      switch learns.granularity {
      case .global:
        note(nil, hyperparameter.referenceName, try tensor("hyper.\(hyperparameter.referenceName)", Shape(steps)))
      case .tensor:
        for name in initial.names { note(name, "rates.\(name)", try tensor("hyper.rates.\(name)", Shape(steps))) }
      case .parameter:
        for (name, tensor) in try parameters("hyper.alpha.").entries { note(name, "alpha.\(name)", tensor) }
      }
    }
    hyperNames = names
    lambda = definition.isProximal ? try tensor("hyper.lambda", []).scalar : nil
    learned = MetaParameters(initial: initial, inner: ParameterTree(inner), own: own)
    var further: [LabelledSet] = []
    for number in 1..<max(definition.objective.supports, 1) {
      further.append(try set("support\(number + 1)", rows: definition.supportRows))
    }
    episodes = Episodes(
      support: try set("support", rows: definition.supportRows), query: try set("query", rows: definition.queryRows),
      furtherSupports: further)
    expected = try under("expected.")
    if let labels = expected.sorted(by: { $0.key < $1.key }).first(where: { !$0.value.dtype.isFloating }) {
      throw .tensorType(name: "expected.\(labels.key)", expected: .float64, found: labels.value.dtype)
    }
    ignored = file.foreign.filter { !used.contains($0.key) }.map { ($0.key, $0.value.type) }.sorted { $0.0 < $1.0 }
  }
}
