public import TensorCore

/// The rectifier of each element; its derivative at 0 is taken as 0.
///
/// ```
/// y = max(x, 0)        dy/dx = 1 where x > 0, else 0
/// ```
public struct ReLU: Operation {
  public static let name = "relu"
  public static var checks: [OperationCheck] { [OperationCheck(ReLU(), at: [.points(-2, -0.5, 0.5, 2)])] }

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.map(.rectifier) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    cotangent.gated(by: output)
  }
}

extension Variable {
  /// The larger of each element and 0.
  public func relu() -> Variable { Variable(ReLU(), [self]) }
}
