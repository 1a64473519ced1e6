public import TensorCore

/// Each element limited to a closed range.
///
/// ```
/// y = min(max(x, lower), upper)        dy/dx = 1 for lower ≤ x ≤ upper, else 0
/// ```
public struct Clip: UnaryOperation {
  public static let name = "clip"
  public static var checks: [OperationCheck] { [OperationCheck(Clip(lower: -1, upper: 1.5), at: -2, -0.5, 0, 0.5, 2)] }

  let lower: Double
  let upper: Double

  public func forward(_ input: Tensor) -> Tensor {
    let raised = input.combined(.maximum, with: Tensor(lower, dtype: input.dtype))
    return -1 * (-1 * raised).combined(.maximum, with: Tensor(-upper, dtype: input.dtype))
  }

  public func pullback(_ cotangent: Variable, input: Variable, output: Variable) -> Variable {
    let x = input.value
    let above = x.combined(.greater, with: Tensor(upper, dtype: x.dtype))
    let below = Tensor(lower, dtype: x.dtype).combined(.greater, with: x)
    return cotangent.gated(by: Variable(constant: (above + below).map(.affine(factor: -1, offset: 1))))
  }
}

extension Variable {
  /// Each element limited to a range, with a derivative of 0 outside it and 1 within it and at its bounds.
  ///
  /// A bound can be infinite. NaN stays NaN.
  public func clipped(to range: ClosedRange<Double>) -> Variable {
    Variable(Clip(lower: range.lowerBound, upper: range.upperBound), [self])
  }
}
