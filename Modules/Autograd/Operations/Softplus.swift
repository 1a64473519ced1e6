public import TensorCore

/// A smooth rectifier, safe for large arguments.
///
/// ```
/// y = log(1 + exp(x))        dy/dx = sigmoid x
/// ```
public struct Softplus: Operation {
  public static let name = "softplus"
  public static var checks: [OperationCheck] { [OperationCheck(Softplus(), at: [.points(-3, -0.5, 0, 0.5, 3)])] }

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.map(.softplus) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    cotangent * inputs[0].sigmoid()
  }
}

extension Variable {
  /// log(1 + exp(x)) of each element.
  public func softplus() -> Variable { Variable(Softplus(), [self]) }
}
