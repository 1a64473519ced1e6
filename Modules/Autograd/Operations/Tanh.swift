public import TensorCore

/// The hyperbolic tangent of each element.
///
/// ```
/// y = tanh x        dy/dx = 1 − y²
/// ```
public struct Tanh: UnaryOperation {
  public static let name = "tanh"
  public static var checks: [OperationCheck] { [OperationCheck(Tanh(), at: -2, -0.5, 0, 0.5, 2)] }
  public func forward(_ input: Tensor) -> Tensor { input.map(.tanh) }
  public func pullback(_ cotangent: Variable, input: Variable, output: Variable) -> Variable { cotangent * (1 - output.squared()) }
}

extension Variable {
  /// The hyperbolic tangent of each element.
  public func tanh() -> Variable { Variable(Tanh(), [self]) }
}
