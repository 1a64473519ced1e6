public import TensorCore

/// The larger of two elements, shapes broadcast; equal elements share the derivative equally.
///
/// ```
/// y = max(a, b)        dy/da = 1 for a > b, ½ for a = b, else 0
/// ```
public struct ElementwiseMaximum: Operation {
  public static let name = "elementwise-maximum"
  public static var checks: [OperationCheck] {
    [
      OperationCheck(ElementwiseMaximum(), at: [.distinct([2, 3]), .distinct([2, 3], 1).map(.affine(factor: 1, offset: 0.05))]),
      OperationCheck(ElementwiseMaximum(), at: [.distinct([2, 3, 2]), .distinct([3, 1], 1).map(.affine(factor: 2, offset: 0.05))]),
    ]
  }

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.combined(.maximum, with: inputs[1].value) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    let (own, other) = (inputs[index].value, inputs[1 - index].value)
    let weight = own.combined(.greater, with: other) + 0.5 * own.combined(.equal, with: other)
    return (cotangent * Variable(constant: weight)).unbroadcast(to: inputs[index].shape)
  }
}

extension Variable {
  /// The larger of each pair of elements, shapes broadcast; equal elements share the derivative equally.
  public func elementwiseMaximum(_ other: Variable) -> Variable { Variable(ElementwiseMaximum(), [self, other]) }

  /// The smaller of each pair of elements, shapes broadcast; equal elements share the derivative equally.
  ///
  /// ```
  /// y = min(a, b) = −max(−a, −b)
  /// ```
  public func elementwiseMinimum(_ other: Variable) -> Variable { -((-self).elementwiseMaximum(-other)) }
}
