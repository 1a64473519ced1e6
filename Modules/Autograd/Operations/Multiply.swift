public import TensorCore

/// The product of elements, shapes broadcast.
///
/// ```
/// y = a·b        dy/da = b, dy/db = a
/// ```
public struct Multiply: Operation {
  public static let name = "multiply"
  public static var checks: [OperationCheck] {
    [
      OperationCheck(Multiply(), at: [.normal([2, 3]), .normal([2, 3], 1)]),
      OperationCheck(Multiply(), at: [.normal([2, 3, 2]), .normal([2, 1, 2], 1)]),
      OperationCheck(Multiply(), at: [.normal([]), .normal([3], 1)]),
    ]
  }

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.combined(.multiply, with: inputs[1].value) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    (cotangent * inputs[1 - index]).unbroadcast(to: inputs[index].shape)
  }
}

extension Variable {
  /// The product of elements, shapes broadcast.
  public static func * (first: Variable, second: Variable) -> Variable { Variable(Multiply(), [first, second]) }
}
