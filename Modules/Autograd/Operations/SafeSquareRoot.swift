public import TensorCore

/// The square root of each element, with derivatives of 0 at 0, where the true ones are infinite.
///
/// ```
/// y = √x        dy/dx = 1/(2y), 0 at 0
/// ```
public struct SafeSquareRoot: UnaryOperation {
  public static let name = "safe-square-root"
  public static var checks: [OperationCheck] { [OperationCheck(SafeSquareRoot(), at: 0.1, 0.5, 1, 3)] }
  public func forward(_ input: Tensor) -> Tensor { input.map(.squareRoot) }
  public func pullback(_ cotangent: Variable, input: Variable, output: Variable) -> Variable { (cotangent * output.safeReciprocal()) * 0.5 }
}

extension Variable {
  /// The square root of each element, with derivatives of 0 at 0.
  public func safeSquareRoot() -> Variable { Variable(SafeSquareRoot(), [self]) }
}
