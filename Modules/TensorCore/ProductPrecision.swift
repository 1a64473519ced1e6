import CTensorKernels
import Registry

/// How the products of float32 tensors are computed.
///
/// Sums and all else are float32 in either case. Float64 products stay float64.
public enum ProductPrecision: String, Sendable, Hashable, CaseIterable {
  /// Float32 products.
  case float32
  /// The operands of large products are rounded to bfloat16, which has the range of float32 and eight significant bits.
  ///
  /// Large are convolutions by 3×3 filters on multiples of 16 channels that run by tiles, and matrix products with at least 4 rows, 16
  /// columns and a depth of 8, which is even or whose first operand is transposed. The processor needs AVX512-BF16.
  case bfloat16

  /// Whether this processor can compute such products.
  public var isAvailable: Bool { self == .float32 || tk_has_bfloat16() }

  /// Runs the body with this precision of the products that this thread issues or records; the threads of a team that it leads follow.
  ///
  /// - Precondition: The precision ``isAvailable``.
  package func during<Result>(_ body: () throws -> Result) rethrows -> Result {
    require(isAvailable, "this processor cannot multiply \(rawValue)")
    let before = tk_present_precision()
    tk_set_precision(self == .float32 ? TK_PRECISION_FULL : TK_PRECISION_BFLOAT16)
    defer { tk_set_precision(before) }
    return try body()
  }
}
