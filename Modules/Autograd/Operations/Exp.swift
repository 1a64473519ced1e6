public import TensorCore

/// The exponential of each element.
///
/// ```
/// y = exp(x)        dy/dx = y
/// ```
public struct Exp: UnaryOperation {
  public static let name = "exp"
  public static var checks: [OperationCheck] { [OperationCheck(Exp(), at: -2, -0.5, 0, 0.5, 2)] }
  public func forward(_ input: Tensor) -> Tensor { input.map(.exponential) }
  public func pullback(_ cotangent: Variable, input: Variable, output: Variable) -> Variable { cotangent * output }
}

extension Variable {
  /// e to the power of each element.
  public func exp() -> Variable { Variable(Exp(), [self]) }
}
