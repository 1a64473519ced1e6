public import Autograd
public import Models
import TensorCore

extension ParameterTree<Variable> {
  /// All parameters of each task as one row: leaves [T, …] as [T, P], in the tree's order.
  /// - Precondition: At least one leaf.
  public var rows: Variable {
    .concatenated(leaves.map { $0.reshaped([$0.shape[0], $0.shape.dropFirst().elementCount]) }, along: 1)
  }
}
