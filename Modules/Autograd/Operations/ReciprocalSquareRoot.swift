public import TensorCore

/// The reciprocal square root of each element plus a constant.
///
/// ```
/// y = 1/√(x + ε)        dy/dx = −y³/2
/// ```
public struct ReciprocalSquareRoot: UnaryOperation {
  public static let name = "reciprocal-square-root"
  public static var checks: [OperationCheck] { [OperationCheck(ReciprocalSquareRoot(epsilon: 0.01), at: 0.1, 0.5, 1, 3)] }
  let epsilon: Double
  public func forward(_ input: Tensor) -> Tensor { input.map(.reciprocalSquareRoot(epsilon: epsilon)) }
  public func pullback(_ cotangent: Variable, input: Variable, output: Variable) -> Variable {
    (cotangent * (output.squared() * output)) * -0.5
  }
}

extension Variable {
  /// 1/√(x + ε) of each element.
  public func reciprocalSquareRoot(epsilon: Double) -> Variable { Variable(ReciprocalSquareRoot(epsilon: epsilon), [self]) }
}
