public import TensorCore

/// The sum of elements, the second term times a constant; shapes broadcast.
///
/// ```
/// y = a + s·b        dy/da = 1, dy/db = s
/// ```
public struct Add: Operation {
  public static let name = "add"
  public static var checks: [OperationCheck] {
    [
      OperationCheck(Add(scale: 1), at: [.normal([2, 3]), .normal([2, 3], 1)]),
      OperationCheck(Add(scale: -0.5), at: [.normal([2, 3, 2]), .normal([2, 1, 2], 1)]),
      OperationCheck(Add(scale: 2), at: [.normal([3]), .normal([], 1)]),
    ]
  }

  let scale: Double

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.combined(.add(scale: scale), with: inputs[1].value) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    let reduced = cotangent.unbroadcast(to: inputs[index].shape)
    return index == 0 || scale == 1 ? reduced : reduced * scale
  }
}

extension Variable {
  /// The sum, shapes broadcast.
  public static func + (first: Variable, second: Variable) -> Variable { Variable(Add(scale: 1), [first, second]) }
  /// The difference, shapes broadcast.
  public static func - (first: Variable, second: Variable) -> Variable { Variable(Add(scale: -1), [first, second]) }
  /// The sum of this variable and a multiple of another, shapes broadcast.
  public func adding(_ other: Variable, scaledBy scale: Double) -> Variable { Variable(Add(scale: scale), [self, other]) }
}
