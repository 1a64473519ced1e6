public import TensorCore

/// Permutes the axes; the transpose is the inverse permutation.
public struct Transpose: Operation {
  public static let name = "transpose"
  public static var checks: [OperationCheck] { [OperationCheck(Transpose(order: [2, 0, 1]), at: [.normal([2, 3, 2])])] }

  let order: [Int]

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.transposed(order) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    var inverse = order
    for (place, axis) in order.enumerated() { inverse[axis] = place }
    return cotangent.transposed(inverse)
  }
}

extension Variable {
  /// Permutes the axes: result axis i is this variable's axis `order[i]`.
  public func transposed(_ order: [Int]) -> Variable { Variable(Transpose(order: order), [self]) }
}
