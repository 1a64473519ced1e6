public import TensorCore

/// The logistic function of each element.
///
/// ```
/// y = 1 / (1 + exp(−x))        dy/dx = y·(1 − y)
/// ```
public struct Sigmoid: UnaryOperation {
  public static let name = "sigmoid"
  public static var checks: [OperationCheck] { [OperationCheck(Sigmoid(), at: -3, -0.5, 0, 0.5, 3)] }
  public func forward(_ input: Tensor) -> Tensor { input.map(.sigmoid) }
  public func pullback(_ cotangent: Variable, input: Variable, output: Variable) -> Variable { cotangent * (output * (1 - output)) }
}

extension Variable {
  /// The logistic function of each element.
  public func sigmoid() -> Variable { Variable(Sigmoid(), [self]) }
}
