public import TensorCore

/// The largest element over axes, which keep extent 1; tied elements share the derivative equally.
///
/// ```
/// y = max x        dy/dx = 1/n at the n largest, else 0
/// ```
public struct Maximum: Operation {
  public static let name = "maximum"
  public static var checks: [OperationCheck] {
    [
      OperationCheck(Maximum(axes: [1]), at: [.distinct([2, 3, 2])]),
      OperationCheck(Maximum(axes: [0, 2]), at: [.distinct([2, 3, 2])]),
    ]
  }

  let axes: AxisSet

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.maximum(axes) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    let largest = inputs[0].value.combined(.equal, with: output.value)
    return cotangent * Variable(constant: largest / largest.sum(axes))
  }
}

extension Variable {
  /// The largest element over axes, which keep extent 1.
  public func maximum(_ axes: AxisSet) -> Variable { Variable(Maximum(axes: axes), [self]) }
}
