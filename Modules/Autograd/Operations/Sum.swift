public import TensorCore

/// The sum over axes, which keep extent 1, times a constant.
///
/// ```
/// y = s·Σ x        dy/dx = s
/// ```
public struct Sum: Operation {
  public static let name = "sum"
  public static var checks: [OperationCheck] {
    [
      OperationCheck(Sum(axes: [1], scale: 1), at: [.normal([2, 3, 2])]),
      OperationCheck(Sum(axes: [0, 2], scale: 0.5), at: [.normal([2, 3, 2])]),
    ]
  }

  let axes: AxisSet
  let scale: Double

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.sum(axes, scale: scale) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    (cotangent * scale).expanded(to: inputs[0].shape)
  }
}

extension Variable {
  /// The sum over axes, which keep extent 1, times a constant.
  public func sum(_ axes: AxisSet, scale: Double = 1) -> Variable { Variable(Sum(axes: axes, scale: scale), [self]) }

  /// The mean over axes, which keep extent 1.
  public func mean(_ axes: AxisSet) -> Variable {
    sum(axes, scale: Double(shape.reducing(axes).elementCount) / Double(max(shape.elementCount, 1)))
  }

  /// The sum of all elements as a scalar.
  public func total() -> Variable { sum(AxisSet(0..<shape.rank)).reshaped([]) }

  /// The sum over the axes that broadcasting from `target` expanded: the transpose of a broadcast.
  func unbroadcast(to target: Shape) -> Variable {
    if shape == target { return self }
    let missing = shape.rank - target.rank
    let axes = AxisSet((0..<shape.rank).filter { $0 < missing || target[$0 - missing] != shape[$0] })
    return sum(axes).reshaped(target)
  }
}
