public import TensorCore

/// The quotient of elements, shapes broadcast.
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
  /// Each element divided by a number: the rounded quotient, not the product with a rounded reciprocal.
  public static func / (first: Variable, divisor: Double) -> Variable {
    first / Variable(constant: Tensor(divisor, dtype: first.value.dtype))
  }
  /// A number divided by each element.
  public static func / (number: Double, second: Variable) -> Variable {
    Variable(constant: Tensor(number, dtype: second.value.dtype)) / second
  }
}
