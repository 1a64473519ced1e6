public import TensorCore

/// The square root of each element; its derivatives at 0 are taken as 0, so that no √0 makes a gradient infinite.
///
/// ```
/// y = √x        dy/dx = 1/(2y), 0 at 0
/// ```
public struct SafeSquareRoot: Operation {
  public static let name = "safe-square-root"
  public static var checks: [OperationCheck] { [OperationCheck(SafeSquareRoot(), at: [.points(0.1, 0.5, 1, 3)])] }

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.map(.squareRoot) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    (cotangent * output.safeReciprocal()) * 0.5
  }
}

extension Variable {
  /// The square root of each element, with derivatives of 0 at 0.
  public func safeSquareRoot() -> Variable { Variable(SafeSquareRoot(), [self]) }
}
