public import TensorCore

/// The smooth ReLU of each element; large arguments do not overflow.
///
/// ```
/// y = log(1 + exp(x))        dy/dx = sigmoid x
/// ```
public struct Softplus: UnaryOperation {
  public static let name = "softplus"
  public static var checks: [OperationCheck] { [OperationCheck(Softplus(), at: -3, -0.5, 0, 0.5, 3)] }
  public func forward(_ input: Tensor) -> Tensor { input.map(.softplus) }
  public func pullback(_ cotangent: Variable, input: Variable, output: Variable) -> Variable { cotangent * input.sigmoid() }
}

extension Variable {
  /// log(1 + exp(x)) of each element.
  public func softplus() -> Variable { Variable(Softplus(), [self]) }
}
