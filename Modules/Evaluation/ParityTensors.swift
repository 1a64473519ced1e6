import Algorithms
import Models
import Tasks
import TensorCore

/// A case's tensors, checked against its definition: everything that has to be computed with, and the reference.
struct ParityTensors {
  /// The learned tree that the shared gradient code takes: "initial.<parameter>" and "inner.<hyperparameter>".
  let learned: ParameterTree<Tensor>
  let episodes: Episodes
  /// The file's names of the hyperparameters by the names in ``learned``.
  let hyperNames: [(learned: String, file: String)]
  /// Everything under "expected.", by the rest of the name.
  let expected: [String: Tensor]

  init(_ file: Safetensors, _ definition: ParityCase) throws(ParityError.Fault) {
    func tensor(_ name: String, _ shape: Shape, _ type: DType = .float64) throws(ParityError.Fault) -> Tensor {
      guard let found = file.tensors[name] else { throw .missingTensor(name) }
      guard found.shape == shape else { throw .tensorShape(name: name, expected: shape, found: found.shape) }
      guard found.dtype.isFloating == type.isFloating else { throw .tensorType(name: name, expected: type, found: found.dtype) }
      return type.isFloating ? found.converted(to: type) : found
    }
    func under(_ prefix: String) -> [String: Tensor] {
      let found = file.tensors.filter { $0.key.hasPrefix(prefix) }
      return Dictionary(uniqueKeysWithValues: found.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    }
    func parameters(_ prefix: String) throws(ParityError.Fault) -> ParameterTree<Tensor> {
      let found = under(prefix)
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
      // The file's images have their channels first.
      let inputs = definition.fileInput.rank == 3 ? stored.transposed([0, 1, 3, 4, 2]) : stored
      guard definition.taskLoss == .crossEntropy else {
        return LabelledSet(inputs: inputs, targets: .values(try tensor("\(name).y", Shape(front + [definition.outputs]))))
      }
      let labels = try tensor("\(name).y", Shape(front), .int64)
      if let wrong = labels.integers.first(where: { !(0..<definition.outputs).contains($0) }) {
        throw .label(tensor: "\(name).y", found: wrong, ways: definition.outputs)
      }
      return LabelledSet(inputs: inputs, targets: .classes(labels, ways: definition.outputs))
    }

    let initial = try parameters("params.")
    let hyper: ParameterTree<Tensor>
    if definition.optimizer == .perParameterSGD {
      let rates = try parameters("hyper.alpha.")
      hyper = rates.prefixed("rates")
      hyperNames = rates.names.map { ("rates.\($0)", "alpha.\($0)") }
    } else {
      hyperNames = definition.optimizer.parityNames
      var leaves: [(String, Tensor)] = []
      for name in hyperNames { leaves.append((name.learned, try tensor("hyper.\(name.file)", []))) }
      hyper = ParameterTree(leaves)
    }
    learned = initial.prefixed("initial").merging(hyper.prefixed("inner"))
    episodes = Episodes(
      support: try set("support", rows: definition.supportRows), query: try set("query", rows: definition.queryRows))
    expected = under("expected.")
    if let labels = expected.sorted(by: { $0.key < $1.key }).first(where: { !$0.value.dtype.isFloating }) {
      throw .tensorType(name: "expected.\(labels.key)", expected: .float64, found: labels.value.dtype)
    }
  }
}

extension InnerOptimizer {
  /// The scalar hyperparameters of a rule: our names and those of the reference files.
  fileprivate var parityNames: [(learned: String, file: String)] {
    let rate = [(learned: "learningRate", file: "lr")]
    switch self {
    case .perParameterSGD: return []
    case .sgd: return rate
    case .momentum: return rate + [("momentum", "momentum")]
    case .adagrad: return rate + [("epsilon", "eps")]
    case .rmsprop: return rate + [("decay", "decay"), ("epsilon", "eps")]
    case .adam: return rate + [("beta1", "beta1"), ("beta2", "beta2"), ("epsilon", "eps")]
    }
  }
}
