public import TensorCore

/// The natural logarithm of each element.
///
/// ```
/// y = log x        dy/dx = 1/x
/// ```
public struct Log: Operation {
  public static let name = "log"
  public static var checks: [OperationCheck] { [OperationCheck(Log(), at: [.points(0.1, 0.5, 1, 3)])] }

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.map(.logarithm) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    cotangent / inputs[0]
  }
}

extension Variable {
  /// The natural logarithm of each element.
  public func log() -> Variable { Variable(Log(), [self]) }
}
