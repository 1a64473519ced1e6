import CTensorKernels

extension Tensor {
  /// The matrix product of each task: [T, M, K] · [T, K, N] → [T, M, N].
  ///
  /// While the second operand is expanded (the shared initial parameters), this is one large product over T·M rows.
  /// - Parameters:
  ///   - other: The second operand.
  ///   - transposeFirst: The first operand is stored [T, K, M].
  ///   - transposeSecond: The second operand is stored [T, N, K].
  /// - Returns: [T, M, N].
  /// - Precondition: Both have three axes, and the extents and types agree.
  public func matmul(_ other: Tensor, transposeFirst: Bool = false, transposeSecond: Bool = false) -> Tensor {
    let result = shapeOfMatMul(other, transposeFirst, transposeSecond)
    if isExpanded, other.isExpanded {
      func alone(_ tensor: Tensor) -> Tensor { tensor.viewed(as: tensor.shape.replacingFirst(1), isExpanded: false) }
      return alone(self).matmul(alone(other), transposeFirst: transposeFirst, transposeSecond: transposeSecond)[0].expanded(over: shape[0])
    }
    let product = Tensor(uninitialised: result, dtype)
    multiply(other, transposeFirst, transposeSecond, into: product, accumulate: false)
    return product
  }

  /// A linear layer of each task: [T, M, K] · [T, K, N] + [T, N] → [T, M, N], the biases and the ReLU in the pass of the product.
  ///
  /// The same bits as the product, a sum and a ReLU one after another.
  /// - Returns: [T, M, N].
  /// - Precondition: The extents and types agree.
  package func linear(_ weight: Tensor, _ bias: Tensor, relu: Bool) -> Tensor {
    let result = shapeOfMatMul(weight, false, false)
    precondition(
      bias.shape == [result[0], result[2]] && bias.dtype == dtype, "linear layer: biases \(bias.dtype) \(bias.shape) for \(dtype) \(result)"
    )
    if isExpanded, weight.isExpanded {
      let sum = matmul(weight).combined(.add(scale: 1), with: bias.reshaped([result[0], 1, result[2]]))
      return relu ? sum.map(.relu) : sum
    }
    let layer = Tensor(uninitialised: result, dtype)
    multiply(weight, false, false, into: layer, accumulate: false, bias: bias, relu: relu)
    return layer
  }

  /// Adds the matrix product of each task to this tensor, in one pass; false, and nothing is changed, where other values share the
  /// storage or the product is one and the same for all tasks.
  /// - Precondition: As for ``matmul(_:transposeFirst:transposeSecond:)``, and this tensor has the product's shape and type.
  package mutating func accumulateMatMulInPlace(
    _ first: Tensor, _ second: Tensor, transposeFirst: Bool, transposeSecond: Bool
  ) -> Bool {
    let product = first.shapeOfMatMul(second, transposeFirst, transposeSecond)
    precondition(shape == product && dtype == first.dtype, "accumulate: \(dtype) \(shape) and a product \(first.dtype) \(product)")
    guard isUnique, !(first.isExpanded && second.isExpanded) else { return false }
    first.multiply(second, transposeFirst, transposeSecond, into: self, accumulate: true)
    return true
  }

  private func shapeOfMatMul(_ other: Tensor, _ transposeFirst: Bool, _ transposeSecond: Bool) -> Shape {
    let (m, k) = transposeFirst ? (shape[2], shape[1]) : (shape[1], shape[2])
    let (k2, n) = transposeSecond ? (other.shape[2], other.shape[1]) : (other.shape[1], other.shape[2])
    precondition(
      shape.rank == 3 && other.shape.rank == 3 && shape[0] == other.shape[0] && k == k2 && dtype == other.dtype,
      "matmul: \(dtype) \(shape)\(transposeFirst ? "ᵀ" : "") and \(other.dtype) \(other.shape)\(transposeSecond ? "ᵀ" : "")")
    return [shape[0], m, n]
  }

  private func multiply(
    _ other: Tensor, _ transposeFirst: Bool, _ transposeSecond: Bool, into result: Tensor, accumulate: Bool, bias: Tensor? = nil,
    relu: Bool = false
  ) {
    let (tasks, m, n) = (result.shape[0], result.shape[1], result.shape[2])
    let merged = other.isExpanded && !transposeFirst
    tk_product(
      tk_product_args(
        dtype: dtype.kernel, batch: merged ? 1 : Int64(tasks), m: Int64(merged ? tasks * m : m), n: Int64(n),
        k: Int64(transposeFirst ? shape[1] : shape[2]), transpose_a: transposeFirst, transpose_b: transposeSecond, accumulate: accumulate,
        stride_a: leadingStride, stride_b: other.leadingStride, stride_c: Int64(m * n), c: result.address, a: UnsafeRawPointer(address),
        b: UnsafeRawPointer(other.address), bias: bias.map { UnsafeRawPointer($0.address) }, bias_stride: bias?.leadingStride ?? 0,
        bias_rows: Int64(m), relu: relu, code: nil, later_code: nil))
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
