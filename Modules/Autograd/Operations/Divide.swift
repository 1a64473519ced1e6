public import TensorCore

/// A quotient of elements with broadcasting.
///
/// ```
/// y = a/b        dy/da = 1/b, dy/db = −y/b
/// ```
public struct Divide: Operation {
  public static let name = "divide"
  public static var checks: [OperationCheck] {
    [
      OperationCheck(Divide(), at: [.normal([2, 3]), .awayFromZero([2, 3], 1)]),
      OperationCheck(Divide(), at: [.normal([2, 3, 2]), .awayFromZero([2, 1, 2], 1)]),
    ]
  }

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.combined(.divide, with: inputs[1].value) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    let quotient = cotangent / inputs[1]
    return (index == 0 ? quotient : -(quotient * output)).unbroadcast(to: inputs[index].shape)
  }
}

extension Variable {
  /// The quotient of elements, shapes broadcast.
  public static func / (first: Variable, second: Variable) -> Variable { Variable(Divide(), [first, second]) }
}
