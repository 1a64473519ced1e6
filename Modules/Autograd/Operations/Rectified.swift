public import TensorCore

/// The rectifier of what is rectified already: its input's values as they are, and the derivative of ``ReLU``.
///
/// ```
/// y = x for x ≥ 0        dy/dx = 1 where x > 0, else 0
/// ```
public struct Rectified: Operation {
  public static let name = "rectified"
  public static var checks: [OperationCheck] { [OperationCheck(Rectified(), at: [.points(0.5, 2)])] }

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    cotangent.gated(by: output)
  }
}
