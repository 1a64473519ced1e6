public import TensorCore

/// The matrix product of each task, either operand transposed or not.
///
/// ```
/// Y = A·B        dA = dY·Bᵀ, dB = Aᵀ·dY
/// ```
public struct MatrixProduct: Operation {
  public static let name = "matrix-product"
  public static var checks: [OperationCheck] {
    [
      OperationCheck(MatrixProduct(), at: [.normal([2, 3, 4]), .normal([2, 4, 2], 1)]),
      OperationCheck(MatrixProduct(transposeFirst: true), at: [.normal([2, 4, 3]), .normal([2, 4, 2], 1)]),
      OperationCheck(MatrixProduct(transposeSecond: true), at: [.normal([2, 3, 4]), .normal([2, 2, 4], 1)]),
      OperationCheck(MatrixProduct(transposeFirst: true, transposeSecond: true), at: [.normal([2, 4, 3]), .normal([2, 2, 4], 1)]),
    ]
  }

  var transposeFirst = false
  var transposeSecond = false

  public func forward(_ inputs: [Variable]) -> Tensor {
    inputs[0].value.product(inputs[1].value, transposeFirst: transposeFirst, transposeSecond: transposeSecond)
  }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    if index == 0 {
      return transposeFirst
        ? inputs[1].product(cotangent, transposeFirst: transposeSecond, transposeSecond: true)
        : cotangent.product(inputs[1], transposeSecond: !transposeSecond)
    }
    return transposeSecond
      ? cotangent.product(inputs[0], transposeFirst: true, transposeSecond: transposeFirst)
      : inputs[0].product(cotangent, transposeFirst: !transposeFirst)
  }
}

extension Variable {
  /// The matrix product of each task: [T, M, K] · [T, K, N] → [T, M, N].
  public func product(_ other: Variable, transposeFirst: Bool = false, transposeSecond: Bool = false) -> Variable {
    Variable(MatrixProduct(transposeFirst: transposeFirst, transposeSecond: transposeSecond), [self, other])
  }
}
