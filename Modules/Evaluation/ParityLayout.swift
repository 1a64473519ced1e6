import Algorithms
import Models
import TensorCore

/// The learned values of a reference case's algorithm, in memory and as the file holds them.
///
/// The file names the model's own parameters "params.<name>", and all others "hyper.<name>", each in PyTorch's layout.
struct ParityLayout {
  private let algorithm: any ReferenceAlgorithm
  private let model: any Model
  private let template: MetaState
  private let declared: [String: ParameterDeclaration]

  init(_ algorithm: any ReferenceAlgorithm, _ definition: ParityCase) {
    self.algorithm = algorithm
    model = definition.model
    template = algorithm.initialState(
      Learner(model: definition.model, taskLoss: definition.taskLoss), from: RandomStream(seed: 0), dtype: .float64)
    declared = Dictionary(algorithm.parameters(for: definition.model).map { ($0.name, $0) }) { first, _ in first }
  }

  /// The initial parameters and the algorithm's own values.
  ///
  /// - Parameter stored: Tensors of the file without their prefixes.
  /// - Returns: The values in the layouts in memory.
  /// - Throws: A fault that names a missing, misshapen or unknown tensor.
  func imported(
    _ stored: [String: Tensor]
  ) throws(ParityError.Fault) -> (initial: ParameterTree<Tensor>, own: ParameterTree<Tensor>) {
    let tensors = algorithm.imported(stored, for: model)
    func leaf(_ name: String, _ like: Tensor) throws(ParityError.Fault) -> Tensor {
      let text = "\(isOfModel(name) ? "params" : "hyper").\(name)"
      guard let tensor = tensors[name] else { throw .missingTensor(text) }
      let layout = declared[name]?.layout ?? .same
      let expected = declared[name].map { $0.layout.fileShape($0.shape) } ?? like.shape
      guard tensor.shape == expected else { throw .tensorShape(name: text, expected: expected, found: tensor.shape) }
      guard tensor.dtype.isFloating else { throw .tensorType(name: text, expected: .float64, found: tensor.dtype) }
      return layout.imported(tensor.converted(to: .float64), rank: like.shape.rank).contiguous
    }
    func tree(_ outline: ParameterTree<Tensor>) throws(ParityError.Fault) -> ParameterTree<Tensor> {
      var entries: [(String, Tensor)] = []
      for (name, like) in outline.entries { entries.append((name, try leaf(name, like))) }
      return ParameterTree(entries)
    }
    return (try tree(template.learned.initial), try tree(template.learned.own))
  }

  /// Values by their names in the file: gradients, or adapted parameters with a task axis in front.
  func exported(_ tree: ParameterTree<Tensor>) -> [(name: String, isOfModel: Bool, tensor: Tensor)] {
    let tensors = Dictionary(
      uniqueKeysWithValues: tree.entries.map { name, tensor in
        (name, declared[name].map { $0.layout.exported(tensor, rank: $0.shape.rank).contiguous } ?? tensor)
      })
    return algorithm.exported(tensors, for: model).map { ($0.key, isOfModel($0.key), $0.value) }
  }

  private func isOfModel(_ name: String) -> Bool { model.parameters.contains { $0.name == name } }
}
