import Registry
import CTensorKernels

extension Tensor {
  /// Adds another tensor to this one, in place if no other value shares the storage.
  ///
  /// Repeated calls sum many tensors in the order of the calls, without a new tensor for each term.
  /// - Precondition: Shapes and floating types agree.
  public mutating func accumulate(_ other: Tensor) {
    require(
      shape == other.shape && dtype == other.dtype, "accumulate: \(dtype) \(shape) and \(other.dtype) \(other.shape)")
    makeUnique()
    addInPlace(other)
  }

  /// Adds another tensor to this one in place.
  ///
  /// - Returns: False, with the tensor unchanged, if other values share the storage.
  /// - Precondition: Shapes and floating types agree.
  package mutating func accumulateInPlace(_ other: Tensor) -> Bool {
    require(
      shape == other.shape && dtype == other.dtype, "accumulate: \(dtype) \(shape) and \(other.dtype) \(other.shape)")
    guard isUnique else { return false }
    addInPlace(other)
    return true
  }

  private func addInPlace(_ other: Tensor) {
    let source = other.contiguous
    var arguments = tk_accumulate_args(
      dtype: dtype.kernel, count: Int64(other.shape.elementCount), sum: address, in: UnsafeRawPointer(source.address))
    withExtendedLifetime(source) { tk_run_accumulate(&arguments) }
  }
}
