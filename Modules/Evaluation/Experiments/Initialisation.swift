import Algorithms
import Models
import Tasks
import TensorCore

/// A run's initial parameters, given in place of random ones.
public struct Initialisation: Sendable {
  /// The parameters in the layouts in memory; nil if only a checkpoint's digest of them is known.
  let parameters: ParameterTree<Tensor>?
  /// SHA-256 of names, shapes and numbers, as a checkpoint's file holds them; nothing else of the file that gave them counts.
  public let digest: String
  /// The path of the file that gave the parameters; nil if only a checkpoint's digest of them is known.
  public let path: String?
  /// The tensors of the file that the run does not need.
  public let ignored: [IgnoredTensor]

  /// The initialisation that a run recorded; its run can be tested and resumed, but not started again.
  init(digest: String) {
    parameters = nil
    path = nil
    ignored = []
    self.digest = digest
  }

  /// Creates an initialisation of a model.
  init(_ parameters: ParameterTree<Tensor>, of model: any Model, path: String, ignored: [IgnoredTensor]) {
    self.parameters = parameters
    self.path = path
    self.ignored = ignored
    var hash = SHA256()
    let layouts = Dictionary(model.parameters.map { ($0.name, $0) }) { first, _ in first }
    for (name, tensor) in parameters.entries.sorted(by: { $0.name < $1.name }) {
      let stored = layouts[name].map { $0.layout.exported(tensor, rank: $0.shape.rank) } ?? tensor
      hash.update(field: name)
      hash.update(UInt64(stored.shape.rank))
      for extent in stored.shape.dimensions { hash.update(UInt64(extent)) }
      stored.contiguous.withUnsafeBytes { hash.update($0) }
    }
    digest = hexadecimal(hash.finish())
  }
}
