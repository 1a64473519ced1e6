public import TensorCore

/// One over the root of each element plus a constant.
///
/// ```
/// y = 1/√(x + ε)        dy/dx = −y³/2
/// ```
public struct ReciprocalSquareRoot: Operation {
  public static let name = "reciprocal-square-root"
  public static var checks: [OperationCheck] { [OperationCheck(ReciprocalSquareRoot(epsilon: 0.01), at: [.points(0.1, 0.5, 1, 3)])] }

  let epsilon: Double

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.map(.reciprocalSquareRoot(epsilon: epsilon)) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    (cotangent * (output.squared() * output)) * -0.5
  }
}

extension Variable {
  /// 1/√(x + ε) of each element.
  public func reciprocalSquareRoot(epsilon: Double) -> Variable { Variable(ReciprocalSquareRoot(epsilon: epsilon), [self]) }
}
