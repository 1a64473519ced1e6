import TensorCore
import Testing
import _TestSupport

@Suite struct SolveTests {
  /// Matrices with eigenvalues of at least n.
  private static func matrices(_ tasks: Int, _ n: Int, _ dtype: DType) throws -> Tensor {
    let factor = try Tensor.random([tasks, n, n], "factor", .float64)
    return (factor.matmul(factor, transposeSecond: true) + Double(n) * .identity(n, .float64)).converted(to: dtype)
  }

  @Test(arguments: floatingTypes, [(1, 1), (5, 3), (17, 1), (20, 20), (100, 7)])
  func `the product of matrix and solution is the right side`(dtype: DType, size: (n: Int, m: Int)) throws {
    let (a, b) = (try Self.matrices(3, size.n, dtype), try Tensor.random([3, size.n, size.m], "right", dtype))
    let x = a.solvingPositiveDefinite(b)
    #expect(x.shape == b.shape && x.dtype == dtype)
    expectClose(a.matmul(x), b, tolerance: dtype.sumRounding)
  }

  @Test(arguments: floatingTypes) func `only the symmetric part of the matrix counts`(dtype: DType) throws {
    let (a, b) = (try Self.matrices(2, 6, dtype), try Tensor.random([2, 6, 2], "right", dtype))
    let other = try Tensor.random([2, 6, 6], "other", dtype)
    let skewed = a + (other - other.transposed([0, 2, 1]))
    expectClose(skewed.solvingPositiveDefinite(b), a.solvingPositiveDefinite(b), tolerance: dtype.rounding * 10)
  }

  @Test(arguments: floatingTypes) func `tasks may share a matrix or a right side`(dtype: DType) throws {
    let (a, b) = (try Self.matrices(1, 6, dtype)[0], try Tensor.random([3, 6, 2], "right", dtype))
    #expect(a.expanded(over: 3).solvingPositiveDefinite(b).doubles == a.expanded(over: 3).contiguous.solvingPositiveDefinite(b).doubles)
    let several = try Self.matrices(3, 6, dtype)
    #expect(
      several.solvingPositiveDefinite(b[0].expanded(over: 3)).doubles
        == several.solvingPositiveDefinite(b[0].expanded(over: 3).contiguous).doubles)
  }

  /// A negative eigenvalue, a zero matrix, and numbers that are not finite.
  @Test(arguments: floatingTypes, [-1.0, 0, .nan, .infinity])
  func `a matrix that is not positive definite gives NaN, and the other tasks their solutions`(dtype: DType, entry: Double) throws {
    let a = try Tensor([4, 0, 0, 16, 1, 0, 0, entry, 1, 0, 0, 1], shape: [3, 2, 2], dtype: dtype)
    let x = a.solvingPositiveDefinite(.ones([3, 2, 1], dtype)).doubles
    #expect(Array(x[..<2]) == [0.25, 0.0625] && x[2].isNaN && x[3].isNaN && Array(x[4...]) == [1, 1])
  }

  @Test func `a recorded program solves again`() throws {
    let (a, b) = (try Self.matrices(2, 8, .float32), try Tensor.random([2, 8, 3], "right", .float32))
    let (program, x) = RecordedProgram.record { a.solvingPositiveDefinite(b) }
    let other = try Tensor.random([2, 8, 3], "other", .float32)
    b.overwrite(with: other)
    program.run()
    #expect(x.floats == a.solvingPositiveDefinite(other).floats)
  }

  @Test func `operands that do not fit end the program`() async {
    await #expect(processExitsWith: .failure) {
      _ = Tensor.ones([1, 2, 3]).solvingPositiveDefinite(.ones([1, 2, 3]))
    }
  }
}
