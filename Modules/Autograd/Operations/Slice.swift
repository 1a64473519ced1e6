public import TensorCore

/// Slices an axis; the transpose pads with zeros.
public struct Slice: Operation {
  public static let name = "slice"
  public static var checks: [OperationCheck] {
    [
      OperationCheck(Slice(range: 1..<3, axis: 1), at: [.normal([2, 4, 2])]),
      OperationCheck(Slice(range: 0..<1, axis: 0), at: [.normal([3, 2])]),
    ]
  }

  let range: Range<Int>
  let axis: Int

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.sliced(range, along: axis) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    cotangent.padded(to: inputs[0].shape[axis], at: range.lowerBound, along: axis)
  }
}

extension Variable {
  /// The elements in a range of an axis.
  public func sliced(_ range: Range<Int>, along axis: Int) -> Variable {
    Variable(Slice(range: range, axis: shape.resolved(axis)), [self])
  }
}
