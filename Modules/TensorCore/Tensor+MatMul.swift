import Registry
import CTensorKernels

extension Tensor {
  /// The matrix product of each task: [T, M, K] · [T, K, N] → [T, M, N].
  ///
  /// If the second operand is expanded (the shared initial parameters) and the first is not transposed, this is one large product
  /// over T·M rows.
  /// - Parameters:
  ///   - other: The second operand.
  ///   - transposeFirst: True if the first operand is stored as [T, K, M].
  ///   - transposeSecond: True if the second operand is stored as [T, N, K].
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

  /// A linear layer of each task, optionally followed by a ReLU: [T, M, K] · [T, K, N] + [T, N] → [T, M, N].
  ///
  /// Biases and ReLU are applied in the pass of the product. The result has the same bits as a product, a sum and a ReLU in turn.
  /// - Returns: [T, M, N].
  /// - Precondition: The extents and types agree.
  package func linear(_ weight: Tensor, _ bias: Tensor, relu: Bool) -> Tensor {
    let result = shapeOfMatMul(weight, false, false)
    require(
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

  /// Adds the matrix product of each task to this tensor, in one pass.
  ///
  /// - Returns: False, with the tensor unchanged, if other values share the storage or all tasks share one product.
  /// - Precondition: As for ``matmul(_:transposeFirst:transposeSecond:)``; this tensor has the product's shape and type.
  package mutating func accumulateMatMulInPlace(
    _ first: Tensor, _ second: Tensor, transposeFirst: Bool, transposeSecond: Bool
  ) -> Bool {
    let product = first.shapeOfMatMul(second, transposeFirst, transposeSecond)
    require(shape == product && dtype == first.dtype, "accumulate: \(dtype) \(shape) and a product \(first.dtype) \(product)")
    guard isUnique, !(first.isExpanded && second.isExpanded) else { return false }
    first.multiply(second, transposeFirst, transposeSecond, into: self, accumulate: true)
    return true
  }

  private func shapeOfMatMul(_ other: Tensor, _ transposeFirst: Bool, _ transposeSecond: Bool) -> Shape {
    let (m, k) = transposeFirst ? (shape[2], shape[1]) : (shape[1], shape[2])
    let (k2, n) = transposeSecond ? (other.shape[2], other.shape[1]) : (other.shape[1], other.shape[2])
    require(
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
        bias_rows: Int64(m), relu: relu, precision: TK_PRECISION_OF_THREAD, code: nil, later_code: nil))
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
