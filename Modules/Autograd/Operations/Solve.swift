public import TensorCore

/// The solution of a symmetric positive definite system of each task, by a Cholesky factorisation.
///
/// ```
/// X = A⁻¹·B        dB = A⁻¹·dX, dA = −(dB·Xᵀ + X·dBᵀ)/2
/// ```
/// The value and the derivatives belong to the symmetric part of A. Inputs: A [T, N, N], B [T, N, M].
/// - SeeAlso: Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008, section 2.3.1.
public struct Solve: Operation {
  public static let name = "solve"
  public static var checks: [OperationCheck] {
    [
      OperationCheck(Solve(), at: [.positiveDefinite(2, 3), .normal([2, 3, 2], 1)]),
      OperationCheck(Solve(), at: [.positiveDefinite(1, 1), .normal([1, 1, 3], 1)]),
    ]
  }

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.solvingPositiveDefinite(inputs[1].value) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    let right = Variable(Solve(), [inputs[0], cotangent])
    guard index == 0 else { return right }
    let product = right.matmul(output, transposeSecond: true)
    return (product + product.transposed([0, 2, 1])) * -0.5
  }
}

extension Tensor {
  /// Matrices [count, size, size] with eigenvalues of at least 1, plus an antisymmetric part that does not count.
  fileprivate static func positiveDefinite(_ count: Int, _ size: Int) -> Tensor {
    let (factor, other) = (normal([count, size, size], 2), normal([count, size, size], 3))
    return factor.matmul(factor, transposeSecond: true) + identity(size, .float64) + other - other.transposed([0, 2, 1])
  }
}

extension Variable {
  /// A⁻¹·B of each task for this variable A, [T, N, N], and B, [T, N, M]; NaN for a task whose A is not positive definite.
  ///
  /// Only the symmetric part of A counts.
  public func solvingPositiveDefinite(_ right: Variable) -> Variable { Variable(Solve(), [self, right]) }
}
