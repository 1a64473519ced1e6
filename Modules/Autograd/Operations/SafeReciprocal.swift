public import TensorCore

/// The reciprocal of each element, and 0 at 0 together with all its derivatives.
///
/// ```
/// y = 1/x, 0 at 0        dy/dx = −y²
/// ```
public struct SafeReciprocal: Operation {
  public static let name = "safe-reciprocal"
  public static var checks: [OperationCheck] { [OperationCheck(SafeReciprocal(), at: [.points(-2, -0.5, 0.5, 2)])] }

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.map(.safeReciprocal) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    -(cotangent * output.squared())
  }
}

extension Variable {
  /// 1/x of each element, and 0 at 0.
  public func safeReciprocal() -> Variable { Variable(SafeReciprocal(), [self]) }
}
