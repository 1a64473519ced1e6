import Registry
import TensorCore

extension Variable {
  /// The item of one task along the leading axis: [T, …] → […].
  ///
  /// - Precondition: The index is in `0..<T`.
  public subscript(task index: Int) -> Variable {
    require(shape.rank > 0 && (0..<shape[0]).contains(index), "task \(index) of shape \(shape)")
    return sliced(index..<(index + 1), along: 0).reshaped(shape.dropFirst())
  }
}
