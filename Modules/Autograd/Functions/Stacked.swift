import Registry
import TensorCore

extension Variable {
  /// Stacks variables along a new leading axis: n of shape […] → [n, …].
  ///
  /// ```
  /// y[i] = xᵢ
  /// ```
  /// - Precondition: There is at least one variable; shapes and types agree.
  public static func stacked(_ parts: [Variable]) -> Variable {
    for part in parts.dropFirst() { require(part.shape == parts[0].shape, "stack: shapes \(parts[0].shape) and \(part.shape)") }
    return concatenated(parts.map { $0.reshaped($0.shape.inserting(1, at: 0)) }, along: 0)
  }
}
