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

  /// Adds tensors, laid one after another, to this vector, in place if no other value shares the storage.
  /// - Precondition: The vector has as many elements as the parts together; the floating types agree.
  package mutating func accumulate(joining parts: [Tensor]) {
    makeUnique()
    var place = 0
    for part in parts {
      let count = part.shape.elementCount
      require(part.dtype == dtype && place + count <= shape.elementCount, "accumulate: \(dtype) \(shape) and \(part.dtype) at \(place)")
      addInPlace(part, at: place)
      place += count
    }
    require(place == shape.elementCount, "accumulate: \(shape) and \(place) elements")
  }

  /// The elements of tensors, one after another, in new storage.
  /// - Precondition: The types agree.
  package static func joined(_ parts: [Tensor], _ dtype: DType = .float32) -> Tensor {
    let result = Tensor(uninitialised: [parts.reduce(0) { $0 + $1.shape.elementCount }], dtype)
    var place = 0
    for part in parts {
      require(part.dtype == dtype, "joining \(part.dtype) to \(dtype)")
      let (source, count) = (part.contiguous, part.shape.elementCount)
      withExtendedLifetime((source, result)) {
        tk_copy_run(Int32(dtype.byteCount), Int64(count), result.address + place * dtype.byteCount, source.address)
      }
      place += count
    }
    return result
  }

  private func addInPlace(_ other: Tensor, at place: Int = 0) {
    let source = other.contiguous
    var arguments = tk_accumulate_args(
      dtype: dtype.kernel, count: Int64(other.shape.elementCount), sum: address + place * dtype.byteCount,
      in: UnsafeRawPointer(source.address))
    withExtendedLifetime(source) { tk_run_accumulate(&arguments) }
  }
}
