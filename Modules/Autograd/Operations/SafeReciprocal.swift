public import TensorCore

/// The reciprocal of each element; at 0, the value and all derivatives are 0.
///
/// ```
/// y = 1/x, 0 at 0        dy/dx = −y²
/// ```
public struct SafeReciprocal: UnaryOperation {
  public static let name = "safe-reciprocal"
  public static var checks: [OperationCheck] { [OperationCheck(SafeReciprocal(), at: -2, -0.5, 0.5, 2)] }
  public func forward(_ input: Tensor) -> Tensor { input.map(.safeReciprocal) }
  public func pullback(_ cotangent: Variable, input: Variable, output: Variable) -> Variable { -(cotangent * output.squared()) }
}

extension Variable {
  /// 1/x of each element, and 0 at 0.
  public func safeReciprocal() -> Variable { Variable(SafeReciprocal(), [self]) }
}
