import Models
import TensorCore

/// A parameter tree as one vector: what the outer optimizer works on takes one pass, however many parameters there are.
struct FlatParameters: Sendable {
  /// The leaves' names, in order.
  let names: [String]
  private let shapes: [Shape]
  private let starts: [Int]
  // Names are hashed once; splitting a vector is then a list of slices.
  private let outline: ParameterTree<Int>
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
    outline = tree.replacing(starts)
  }

  /// True when a tree has this layout's names and shapes, in float32.
  func fits(_ tree: ParameterTree<Tensor>) -> Bool {
    tree.names == names && tree.leaves.map(\.shape) == shapes && tree.leaves.allSatisfy { $0.dtype == .float32 }
  }

  /// Leaves as one vector, float32.
  func joined(_ leaves: [Tensor]) -> Tensor {
    leaves.isEmpty ? .zeros([0], .float32) : .concatenated(leaves.map { $0.reshaped([$0.shape.elementCount]) }, along: 0)
  }

  /// Runs of a vector whose names have the same factor of the outer learning rate; none where all have the factor 1.
  func segments(_ factor: (String) -> Double) -> [OuterUpdate.Segment] {
    let factors = names.map(factor)
    guard factors.contains(where: { $0 != 1 }) else { return [] }
    var segments: [OuterUpdate.Segment] = []
    for (place, own) in zip(factors, zip(starts, shapes)).map({ ($1.0..<($1.0 + $1.1.elementCount), $0) }) {
      if let last = segments.last, last.factor == own {
        segments[segments.count - 1] = OuterUpdate.Segment(last.range.lowerBound..<place.upperBound, factor: own)
      } else {
        segments.append(OuterUpdate.Segment(place, factor: own))
      }
    }
    return segments
  }

  /// Writes a vector's parts over tensors of the leaves' shapes.
  func cut(_ vector: Tensor, into leaves: [Tensor]) {
    for (leaf, start) in zip(leaves, starts) { leaf.overwrite(from: vector, at: start) }
  }

  /// The leaves as views of a vector.
  func split(_ vector: Tensor) -> ParameterTree<Tensor> {
    outline.replacing(zip(shapes, starts).map { vector.slice($1..<($1 + $0.elementCount)).reshaped($0) })
  }
}
