public import TensorCore

/// ReLU of each element, max(x, 0), with a derivative of 0 at 0.
///
/// ```
/// y = max(x, 0)        dy/dx = 1 where x > 0, else 0
/// ```
public struct ReLU: UnaryOperation {
  public static let name = "relu"
  public static var checks: [OperationCheck] { [OperationCheck(ReLU(), at: -2, -0.5, 0.5, 2)] }
  public func forward(_ input: Tensor) -> Tensor { input.map(.relu) }
  public func pullback(_ cotangent: Variable, input: Variable, output: Variable) -> Variable { cotangent.gated(by: output) }
}

extension Variable {
  /// The larger of each element and 0.
  public func relu() -> Variable { Variable(ReLU(), [self]) }
}
