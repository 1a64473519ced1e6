public import TensorCore

/// ReLU of non-negative values: the value is unchanged and the derivative is that of ``ReLU``.
///
/// ```
/// y = x for x ≥ 0        dy/dx = 1 where x > 0, else 0
/// ```
public struct ReLUOfNonnegative: UnaryOperation {
  public static let name = "relu-of-nonnegative"
  public static var checks: [OperationCheck] { [OperationCheck(ReLUOfNonnegative(), at: 0.5, 2)] }
  public func forward(_ input: Tensor) -> Tensor { input }
  public func pullback(_ cotangent: Variable, input: Variable, output: Variable) -> Variable { cotangent.gated(by: output) }
}
