public import TensorCore

/// Broadcasts to a larger shape; the transpose is a sum.
///
/// ```
/// y[i, j] = x[i, 0]        its transpose sums over j
/// ```
public struct Expand: Operation {
  public static let name = "expand"
  public static var checks: [OperationCheck] { [OperationCheck(Expand(target: [2, 3, 2]), at: [.normal([2, 1, 2])])] }

  let target: Shape

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.broadcast(to: target) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    cotangent.unbroadcast(to: inputs[0].shape)
  }
}

extension Variable {
  /// Broadcasts the variable to a shape.
  public func expanded(to target: Shape) -> Variable { shape == target ? self : Variable(Expand(target: target), [self]) }
}
