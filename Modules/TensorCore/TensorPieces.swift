import CTensorKernels
import Registry

/// Tensors that are the pieces of one vector, in their order.
///
/// A step of a small network copies and sums all leaves several times. One by one, counting references takes longer than the numbers do,
/// so the addresses are looked up once and one call handles all pieces.
///
/// `@unchecked Sendable`: the addresses belong to the storages of `tensors`, which this value keeps and never replaces. They are written
/// by ``overwrite(from:)`` only, which is for the one thread that may write to these tensors.
package struct TensorPieces: @unchecked Sendable {
  /// The tensors, contiguous.
  package let tensors: [Tensor]
  /// The number of elements of all pieces.
  package let count: Int
  private let dtype: DType
  private let pieces: [tk_piece]

  /// Takes tensors of one type; expanded ones become contiguous copies.
  /// - Precondition: All tensors have the type.
  package init(_ tensors: [Tensor], _ dtype: DType = .float32) {
    let tensors = tensors.map(\.contiguous)
    self.tensors = tensors
    self.dtype = dtype
    pieces = tensors.map { tensor in
      require(tensor.dtype == dtype, "a piece of \(tensor.dtype) in a vector of \(dtype)")
      return tk_piece(start: tensor.address, count: Int64(tensor.shape.elementCount))
    }
    count = tensors.reduce(0) { $0 + $1.shape.elementCount }
  }

  /// The pieces as one vector, [count], in new storage.
  package var joined: Tensor {
    let result = Tensor(uninitialised: [count], dtype)
    withExtendedLifetime(result) {
      withExtendedLifetime(tensors) { tk_gather(Int32(dtype.byteCount), result.address, pieces, Int64(pieces.count)) }
    }
    return result
  }

  /// Adds the pieces to a vector, [count], in place if no other value shares its storage.
  /// - Precondition: Length and type agree.
  package func add(to sum: inout Tensor) {
    require(sum.dtype == dtype && sum.shape == [count], "adding \(count) elements of \(dtype) to \(sum.dtype) \(sum.shape)")
    sum.makeUnique()
    withExtendedLifetime(tensors) { tk_accumulate_pieces(dtype.kernel, sum.address, pieces, Int64(pieces.count)) }
  }

  /// Copies a vector, [count] or longer, into the tensors' storages; every value that shares them sees the new elements.
  /// - Precondition: The types agree, and the vector is contiguous and long enough.
  package func overwrite(from vector: Tensor) {
    require(
      vector.dtype == dtype && !vector.isExpanded && vector.storedCount >= count,
      "overwriting \(count) elements of \(dtype) with \(vector.dtype) \(vector.shape)")
    withExtendedLifetime(vector) {
      withExtendedLifetime(tensors) { tk_scatter(Int32(dtype.byteCount), vector.address, pieces, Int64(pieces.count)) }
    }
  }
}
