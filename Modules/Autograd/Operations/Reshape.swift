public import TensorCore

/// The same elements in row-major order, in another shape.
public struct Reshape: Operation {
  public static let name = "reshape"
  public static var checks: [OperationCheck] { [OperationCheck(Reshape(target: [3, 4]), at: [.normal([2, 3, 2])])] }

  let target: Shape

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.reshaped(target) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    cotangent.reshaped(inputs[0].shape)
  }
}

extension Variable {
  /// The same elements in row-major order, in another shape.
  /// - Precondition: The element counts agree.
  public func reshaped(_ target: Shape) -> Variable { shape == target ? self : Variable(Reshape(target: target), [self]) }
}
