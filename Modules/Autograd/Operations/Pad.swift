public import TensorCore

/// Pads an axis with zeros before and after the operand; the transpose of a slice.
public struct Pad: Operation {
  public static let name = "pad"
  public static var checks: [OperationCheck] { [OperationCheck(Pad(extent: 5, position: 1, axis: 1), at: [.normal([2, 3, 2])])] }

  let extent: Int
  let position: Int
  let axis: Int

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.padded(to: extent, at: position, along: axis) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    cotangent.sliced(position..<(position + inputs[0].shape[axis]), along: axis)
  }
}

extension Variable {
  /// Pads an axis with zeros to a larger extent, with this variable at a position of it.
  public func padded(to extent: Int, at position: Int, along axis: Int) -> Variable {
    Variable(Pad(extent: extent, position: position, axis: shape.resolved(axis)), [self])
  }
}
