public import TensorCore

/// The square of each element.
///
/// ```
/// y = x²        dy/dx = 2x
/// ```
public struct Square: Operation {
  public static let name = "square"
  public static var checks: [OperationCheck] { [OperationCheck(Square(), at: [.points(-2, -0.5, 0, 0.5, 2)])] }

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.map(.square) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    (cotangent * inputs[0]) * 2
  }
}

extension Variable {
  /// The square of each element.
  public func squared() -> Variable { Variable(Square(), [self]) }
}
