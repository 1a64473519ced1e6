public import TensorCore

/// The natural logarithm of each element.
///
/// ```
/// y = log x        dy/dx = 1/x
/// ```
public struct Log: UnaryOperation {
  public static let name = "log"
  public static var checks: [OperationCheck] { [OperationCheck(Log(), at: 0.1, 0.5, 1, 3)] }
  public func forward(_ input: Tensor) -> Tensor { input.map(.logarithm) }
  public func pullback(_ cotangent: Variable, input: Variable, output: Variable) -> Variable { cotangent / input }
}

extension Variable {
  /// The natural logarithm of each element.
  public func log() -> Variable { Variable(Log(), [self]) }
}
