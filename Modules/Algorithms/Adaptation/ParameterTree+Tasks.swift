public import Autograd
public import Models
import Registry
import TensorCore

extension ParameterTree<Variable> {
  /// All parameters of each task as one row: leaves [T, …] as [T, P], in the tree's order.
  /// - Precondition: At least one leaf.
  public var rows: Variable {
    .concatenated(leaves.map { $0.reshaped([$0.shape[0], $0.shape.dropFirst().elementCount]) }, along: 1)
  }

  /// The inverse of ``rows``: rows [T, P] as leaves with the names and shapes of this tree.
  /// - Precondition: The rows have as many columns as the tree has parameters.
  public func split(_ rows: Variable) -> ParameterTree {
    var start = 0
    let parts = leaves.map { leaf -> Variable in
      let size = leaf.shape.dropFirst().elementCount
      defer { start += size }
      return rows.sliced(start..<(start + size), along: 1).reshaped(leaf.shape)
    }
    require(start == rows.shape[1], "rows of \(rows.shape[1]) columns for \(start) parameters")
    return replacing(parts)
  }
}
