public import TensorCore

/// The exponential of each element.
///
/// ```
/// y = exp(x)        dy/dx = y
/// ```
public struct Exp: Operation {
  public static let name = "exp"
  public static var checks: [OperationCheck] { [OperationCheck(Exp(), at: [.points(-2, -0.5, 0, 0.5, 2)])] }

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.map(.exponential) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    cotangent * output
  }
}

extension Variable {
  /// e to the power of each element.
  public func exp() -> Variable { Variable(Exp(), [self]) }
}
