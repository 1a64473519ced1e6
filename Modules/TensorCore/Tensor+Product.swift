import CTensorKernels

extension Tensor {
  /// The matrix product of each task: [T, M, K] · [T, K, N] → [T, M, N].
  ///
  /// While the second operand is repeated (the shared initial parameters), this is one large product over T·M rows.
  /// - Parameters:
  ///   - other: The second operand.
  ///   - transposeFirst: The first operand is stored [T, K, M].
  ///   - transposeSecond: The second operand is stored [T, N, K].
  /// - Returns: [T, M, N].
  /// - Precondition: Both have three axes, and the extents and types agree.
  public func product(_ other: Tensor, transposeFirst: Bool = false, transposeSecond: Bool = false) -> Tensor {
    let (m, k) = transposeFirst ? (shape[2], shape[1]) : (shape[1], shape[2])
    let (k2, n) = transposeSecond ? (other.shape[2], other.shape[1]) : (other.shape[1], other.shape[2])
    precondition(
      shape.rank == 3 && other.shape.rank == 3 && shape[0] == other.shape[0] && k == k2 && dtype == other.dtype,
      "product: \(dtype) \(shape)\(transposeFirst ? "ᵀ" : "") and \(other.dtype) \(other.shape)\(transposeSecond ? "ᵀ" : "")")
    let tasks = shape[0]
    if isRepeated, other.isRepeated {
      func alone(_ tensor: Tensor) -> Tensor { tensor.viewed(as: tensor.shape.replacingFirst(1), isRepeated: false) }
      return alone(self).product(alone(other), transposeFirst: transposeFirst, transposeSecond: transposeSecond)[0].repeated(tasks)
    }
    let result = Tensor(uninitialised: [tasks, m, n], dtype)
    let merged = other.isRepeated && !transposeFirst
    tk_product(
      tk_product_args(
        dtype: dtype.kernel, batch: merged ? 1 : Int64(tasks), m: Int64(merged ? tasks * m : m), n: Int64(n), k: Int64(k),
        transpose_a: transposeFirst, transpose_b: transposeSecond, accumulate: false, stride_a: leadingStride,
        stride_b: other.leadingStride, stride_c: Int64(m * n), c: result.address, a: UnsafeRawPointer(address),
        b: UnsafeRawPointer(other.address), code: nil, later_code: nil))
    return result
  }
}

extension Shape {
  /// The shape with another leading extent.
  func replacingFirst(_ extent: Int) -> Shape {
    var result = self
    result[0] = extent
    return result
  }
}
