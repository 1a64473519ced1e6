import Models
import TensorCore

/// A parameter tree as one vector: what the outer optimizer works on takes one pass, however many parameters there are.
struct FlatParameters: Sendable {
  private let names: [String]
  private let shapes: [Shape]
  private let starts: [Int]
  /// Numbers in all.
  let count: Int

  /// The layout of a tree's leaves, one behind another.
  init(_ tree: ParameterTree<Tensor>) {
    names = tree.names
    shapes = tree.leaves.map(\.shape)
    var total = 0
    starts = shapes.map { shape in
      defer { total += shape.elementCount }
      return total
    }
    count = total
  }

  /// True when a tree has this layout's names and shapes.
  func fits(_ tree: ParameterTree<Tensor>) -> Bool { tree.names == names && tree.leaves.map(\.shape) == shapes }

  /// - Throws: ``TrainingError/misfit(algorithm:)`` where a gradient's names and shapes are not those of what is learned.
  func check(_ gradient: ParameterTree<Tensor>, of algorithm: any Algorithm) throws {
    guard fits(gradient) else { throw TrainingError.misfit(algorithm: type(of: algorithm).card.id) }
  }

  /// The leaves as one vector, [count].
  func joined(_ tree: ParameterTree<Tensor>, dtype: DType) -> Tensor {
    tree.isEmpty ? .zeros([0], dtype) : .concatenated(tree.leaves.map { $0.reshaped([$0.shape.elementCount]) }, along: 0)
  }

  /// Writes a vector's parts over tensors of the leaves' shapes.
  func cut(_ vector: Tensor, into leaves: [Tensor]) {
    for (leaf, start) in zip(leaves, starts) { leaf.overwrite(from: vector, at: start) }
  }

  /// The leaves as views of a vector.
  func split(_ vector: Tensor) -> ParameterTree<Tensor> {
    ParameterTree(
      zip(names, zip(shapes, starts)).map { name, place in
        (name, vector.slice(place.1..<(place.1 + place.0.elementCount)).reshaped(place.0))
      })
  }
}
