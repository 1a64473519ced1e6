import Registry
public import TensorCore

/// Concatenates variables along an axis; the transpose slices.
public struct Concatenate: Operation {
  public static let name = "concatenate"
  public static var checks: [OperationCheck] {
    [OperationCheck(Concatenate(axis: 1), at: [.normal([2, 3]), .normal([2, 1], 1), .normal([2, 2], 2)])]
  }

  let axis: Int

  public func forward(_ inputs: [Variable]) -> Tensor { .concatenated(inputs.map(\.value), along: axis) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    let start = inputs[..<index].reduce(0) { $0 + $1.shape[axis] }
    return cotangent.sliced(start..<(start + inputs[index].shape[axis]), along: axis)
  }
}

extension Variable {
  /// Concatenates variables along an axis.
  /// - Precondition: At least one; all other extents agree.
  public static func concatenated(_ parts: [Variable], along axis: Int) -> Variable {
    require(!parts.isEmpty, "concatenate: no variables")
    return Variable(Concatenate(axis: parts[0].shape.resolved(axis)), parts)
  }
}
