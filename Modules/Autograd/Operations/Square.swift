public import TensorCore

/// The square of each element.
///
/// ```
/// y = x²        dy/dx = 2x
/// ```
public struct Square: UnaryOperation {
  public static let name = "square"
  public static var checks: [OperationCheck] { [OperationCheck(Square(), at: -2, -0.5, 0, 0.5, 2)] }
  public func forward(_ input: Tensor) -> Tensor { input.map(.square) }
  public func pullback(_ cotangent: Variable, input: Variable, output: Variable) -> Variable { (cotangent * input) * 2 }
}

extension Variable {
  /// The square of each element.
  public func squared() -> Variable { Variable(Square(), [self]) }
}
