public import TensorCore

/// The absolute value of each element, with a derivative of 0 at 0.
///
/// ```
/// y = |x|        dy/dx = sign x
/// ```
public struct Absolute: UnaryOperation {
  public static let name = "absolute"
  public static var checks: [OperationCheck] { [OperationCheck(Absolute(), at: -2, -0.5, 0.5, 2)] }
  public func forward(_ input: Tensor) -> Tensor { input.map(.absolute) }
  public func pullback(_ cotangent: Variable, input: Variable, output: Variable) -> Variable {
    cotangent * Variable(constant: input.value.map(.sign))
  }
}

extension Variable {
  /// The absolute value of each element, with a derivative of 0 at 0.
  public func abs() -> Variable { Variable(Absolute(), [self]) }
}
