public import TensorCore

/// The matrix product of each task; either operand can be transposed.
///
/// ```
/// Y = A·B        dA = dY·Bᵀ, dB = Aᵀ·dY
/// ```
public struct MatMul: Operation {
  public static let name = "matmul"
  public static var checks: [OperationCheck] {
    [
      OperationCheck(MatMul(), at: [.normal([2, 3, 4]), .normal([2, 4, 2], 1)]),
      OperationCheck(MatMul(transposeFirst: true), at: [.normal([2, 4, 3]), .normal([2, 4, 2], 1)]),
      OperationCheck(MatMul(transposeSecond: true), at: [.normal([2, 3, 4]), .normal([2, 2, 4], 1)]),
      OperationCheck(MatMul(transposeFirst: true, transposeSecond: true), at: [.normal([2, 4, 3]), .normal([2, 2, 4], 1)]),
    ]
  }

  var transposeFirst = false
  var transposeSecond = false

  public func forward(_ inputs: [Variable]) -> Tensor {
    inputs[0].value.matmul(inputs[1].value, transposeFirst: transposeFirst, transposeSecond: transposeSecond)
  }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    let (product, first, second) = transposed(cotangent, to: index, inputs)
    return Variable(product, [first, second])
  }

  public func addPullback(
    _ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable, into sum: inout Tensor
  ) -> Bool {
    let (product, first, second) = transposed(cotangent, to: index, inputs)
    return sum.accumulateMatMulInPlace(
      first.value, second.value, transposeFirst: product.transposeFirst, transposeSecond: product.transposeSecond)
  }

  /// The product that is the cotangent of an operand.
  private func transposed(
    _ cotangent: Variable, to index: Int, _ inputs: [Variable]
  ) -> (product: MatMul, first: Variable, second: Variable) {
    if index == 0 {
      return transposeFirst
        ? (MatMul(transposeFirst: transposeSecond, transposeSecond: true), inputs[1], cotangent)
        : (MatMul(transposeSecond: !transposeSecond), cotangent, inputs[1])
    }
    return transposeSecond
      ? (MatMul(transposeFirst: true, transposeSecond: transposeFirst), cotangent, inputs[0])
      : (MatMul(transposeFirst: !transposeFirst), inputs[0], cotangent)
  }
}

extension Variable {
  /// The matrix product of each task: [T, M, K] · [T, K, N] → [T, M, N].
  public func matmul(_ other: Variable, transposeFirst: Bool = false, transposeSecond: Bool = false) -> Variable {
    Variable(MatMul(transposeFirst: transposeFirst, transposeSecond: transposeSecond), [self, other])
  }
}
