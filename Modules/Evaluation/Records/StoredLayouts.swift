import Algorithms
import Models
import TensorCore

/// The layouts of a run's tensors in files.
///
/// A tensor belongs to a parameter if its name ends with the parameter's name and its last axes in memory are those of the parameter.
/// Initial values, moments, and learned rates of single entries do. A file holds such a tensor in PyTorch's layout of the parameter,
/// with any axes before the parameter's, such as one of steps, in front. All other tensors are the same in memory and in files.
struct StoredLayouts {
  private let declarations: [String: ParameterDeclaration]

  /// The layouts that an algorithm declares for its model.
  init(_ algorithm: any Algorithm, _ model: any Model) {
    declarations = Dictionary(algorithm.parameters(for: model).map { ($0.name, $0) }) { first, _ in first }
  }

  /// A tensor as it is in a file.
  func stored(_ name: String, _ tensor: Tensor) -> Tensor {
    guard let owner = owner(of: name, tensor.shape) else { return tensor }
    return owner.layout.exported(tensor, rank: owner.shape.rank).contiguous
  }

  /// The shape in a file of a tensor with the given shape in memory.
  func storedShape(_ name: String, _ shape: Shape) -> Shape {
    guard let owner = owner(of: name, shape) else { return shape }
    return Shape(shape.dimensions.dropLast(owner.shape.rank) + owner.layout.fileShape(owner.shape).dimensions)
  }

  /// A tensor as it is in memory, where it has the given shape.
  /// - Precondition: The tensor has the shape that ``storedShape(_:_:)`` returns.
  func restored(_ name: String, _ tensor: Tensor, shape: Shape) -> Tensor {
    guard let owner = owner(of: name, shape) else { return tensor }
    return owner.layout.imported(tensor, rank: owner.shape.rank).contiguous
  }

  /// The parameter that a tensor belongs to; of several names that fit, the longest counts.
  private func owner(of name: String, _ shape: Shape) -> ParameterDeclaration? {
    var rest = name[...]
    while let dot = rest.firstIndex(of: ".") {
      rest = rest[rest.index(after: dot)...]
      guard let declaration = declarations[String(rest)] else { continue }
      return shape.dimensions.suffix(declaration.shape.rank) == declaration.shape.dimensions[...] ? declaration : nil
    }
    return nil
  }
}
