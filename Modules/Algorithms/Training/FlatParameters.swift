import Models
import TensorCore

/// The layout of a parameter tree as one vector, so that the outer optimizer needs a single pass for all parameters.
///
/// It is a class because every step of a small network copies it several times.
final class FlatParameters: Sendable {
  /// Names of the leaves, in order.
  let names: [String]
  private let shapes: [Shape]
  private let starts: [Int]
  // Names are hashed once; splitting a vector then only builds a list of slices.
  private let outline: ParameterTree<Int>
  /// Total number of elements.
  let count: Int

  /// Lays out the leaves of a tree one after another.
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

  /// True if a tree has this layout's names and shapes, in float32.
  func fits(_ tree: ParameterTree<Tensor>) -> Bool {
    tree.names == names && tree.leaves.map(\.shape) == shapes && tree.leaves.allSatisfy { $0.dtype == .float32 }
  }

  /// Concatenates leaves to one float32 vector.
  func joined(_ leaves: [Tensor]) -> Tensor { TensorPieces(leaves).joined }

  /// Ranges of the vector with equal factors of the outer learning rate; empty if all factors are 1.
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

  /// The leaves, as views of a vector.
  func split(_ vector: Tensor) -> ParameterTree<Tensor> {
    outline.replacing(zip(shapes, starts).map { vector.slice($1..<($1 + $0.elementCount)).reshaped($0) })
  }
}
