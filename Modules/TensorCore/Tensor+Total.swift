import CTensorKernels

extension Tensor {
  /// The sum of tensors in their order, times a scale, in one pass over them.
  /// - Precondition: At least one tensor; shapes and floating types agree; not inside a recording.
  public static func total(of parts: [Tensor], scale: Double = 1) -> Tensor {
    guard let first = parts.first else { preconditionFailure("the total of no tensors") }
    precondition(!tk_is_recording(), "a total of several tensors is not recorded")
    let dense = parts.map(\.dense)
    for part in dense {
      precondition(
        part.shape == first.shape && part.dtype == first.dtype,
        "total: \(first.dtype) \(first.shape) and \(part.dtype) \(part.shape)")
    }
    let result = Tensor(uninitialised: first.shape, first.dtype)
    withExtendedLifetime(dense) {
      let inputs: [UnsafeRawPointer?] = dense.map { UnsafeRawPointer($0.address) }
      inputs.withUnsafeBufferPointer { list in
        var arguments = tk_total_args(
          dtype: first.dtype.kernel, count: Int64(first.shape.elementCount), vectors: Int64(parts.count), scale: scale,
          out: result.address, in: list.baseAddress)
        tk_run_total(&arguments)
      }
    }
    return result
  }
}
