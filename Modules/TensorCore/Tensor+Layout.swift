import Registry
import CTensorKernels

extension Tensor {
  /// The same elements in another shape, usually without a copy.
  ///
  /// An expanded tensor stays expanded if its leading extent stays the same; otherwise it is copied and becomes contiguous.
  /// - Precondition: The element counts agree.
  public func reshaped(_ target: Shape) -> Tensor {
    if target == shape { return self }
    require(target.elementCount == shape.elementCount, "reshape: \(shape) to \(target)")
    // If the leading extent is 0, equal element counts say nothing about the size of the stored item.
    if isExpanded, shape[0] > 0, target.rank > 0, target[0] == shape[0] { return viewed(as: target, isExpanded: true) }
    return contiguous.viewed(as: target, isExpanded: false)
  }

  /// This tensor, or a copy with the leading axis written out if it is expanded.
  public var contiguous: Tensor {
    guard isExpanded else { return self }
    return copied(to: shape, strides: [0] + Self.rowMajorStrides(shape.dropFirst()))
  }

  /// A view with a new leading axis of stride 0: […] → [count, …].
  public func expanded(over count: Int) -> Tensor {
    contiguous.viewed(as: shape.inserting(count, at: 0), isExpanded: true)
  }

  /// The one stored item of an expanded tensor, without the leading axis.
  /// - Precondition: The tensor is expanded.
  public var expandedItem: Tensor {
    require(isExpanded, "only an expanded tensor has one item behind its leading axis")
    return viewed(as: shape.dropFirst(), isExpanded: false)
  }

  /// A range of items of the leading axis, as a view: [range.count, …].
  /// - Precondition: The range lies within the leading axis.
  public func slice(_ range: Range<Int>) -> Tensor {
    require(shape.rank > 0 && range.lowerBound >= 0 && range.upperBound <= shape[0], "slice \(range) of shape \(shape)")
    var target = shape
    target[0] = range.count
    if isExpanded { return viewed(as: target, isExpanded: true) }
    return viewed(as: target, isExpanded: false, offset: offset + range.lowerBound * Int(leadingStride) * dtype.byteCount)
  }

  /// One item of the leading axis, as a view without that axis.
  public subscript(item: Int) -> Tensor {
    let one = slice(item..<(item + 1))
    return one.viewed(as: shape.dropFirst(), isExpanded: false, offset: one.offset)
  }

  /// The tensor with its axes permuted: result axis i is this tensor's axis `order[i]`.
  /// - Precondition: `order` is a permutation of the axes.
  public func transposed(_ order: [Int]) -> Tensor {
    require(order.sorted() == Array(0..<shape.rank), "transpose: \(order) is no permutation of the axes of \(shape)")
    if isExpanded, order.first == 0 {
      return expandedItem.transposed(order.dropFirst().map { $0 - 1 }).expanded(over: shape[0])
    }
    let source = contiguous
    let strides = Self.rowMajorStrides(shape)
    return source.copied(to: Shape(order.map { shape[$0] }), strides: order.map { strides[$0] })
  }

  /// The elements in a range of an axis.
  /// - Precondition: The range lies within the axis.
  public func sliced(_ range: Range<Int>, along axis: Int) -> Tensor {
    let axis = shape.resolved(axis)
    require(range.lowerBound >= 0 && range.upperBound <= shape[axis], "slice \(range) along axis \(axis) of shape \(shape)")
    if axis == 0 { return slice(range) }
    if isExpanded { return expandedItem.sliced(range, along: axis - 1).expanded(over: shape[0]) }
    let strides = Self.rowMajorStrides(shape)
    var target = shape
    target[axis] = range.count
    return copied(to: target, strides: strides, from: range.lowerBound * strides[axis])
  }

  /// This tensor at a position of an axis, padded with zeros to the given extent.
  public func padded(to extent: Int, at position: Int, along axis: Int) -> Tensor {
    let axis = shape.resolved(axis)
    require(position >= 0 && position + shape[axis] <= extent, "pad: \(shape) at \(position) of \(extent) along axis \(axis)")
    var target = shape
    target[axis] = extent
    var result = Tensor.zeros(target, dtype)
    result.write(self, at: position, along: axis)
    return result
  }

  /// Concatenates tensors along an axis.
  /// - Precondition: There is at least one tensor; types and all other extents agree.
  public static func concatenated(_ parts: [Tensor], along axis: Int) -> Tensor {
    guard let first = parts.first else { fatalError("concatenate: no tensors") }
    let axis = first.shape.resolved(axis)
    var target = first.shape
    target[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    var result = Tensor(uninitialised: target, first.dtype)
    var position = 0
    for part in parts {
      require(
        part.dtype == first.dtype && (part.shape == first.shape || part.shape.reducing([axis]) == first.shape.reducing([axis])),
        "concatenate along axis \(axis): \(first.dtype) \(first.shape) and \(part.dtype) \(part.shape)")
      result.write(part, at: position, along: axis)
      position += part.shape[axis]
    }
    return result
  }

  /// Stacks tensors along a new leading axis: [count, …].
  /// - Precondition: There is at least one tensor; types and shapes agree.
  public static func stacked(_ parts: [Tensor]) -> Tensor {
    concatenated(parts.map { $0.reshaped($0.shape.inserting(1, at: 0)) }, along: 0)
  }

  /// Broadcasts to a larger shape; the result is contiguous.
  /// - Precondition: The shape broadcasts to the target.
  public func broadcast(to target: Shape) -> Tensor {
    if target == shape { return contiguous }
    let strides = broadcastStrides(to: target)
    return copied(to: target, strides: strides)
  }

  /// The tensor converted to another floating type, or from int32 to int64.
  /// - Precondition: Both types are floating types, the types are int32 and int64, or they are the same.
  public func converted(to target: DType) -> Tensor {
    if target == dtype { return self }
    if dtype == .int32, target == .int64 { return widened }
    require(dtype.isFloating && target.isFloating, "conversion from \(dtype) to \(target)")
    let base = isExpanded ? expandedItem : self
    let result = Tensor(uninitialised: base.shape, target)
    base.withUnsafeBytes { bytes in
      if target == .float64 {
        let to = result.address.assumingMemoryBound(to: Double.self)
        for (index, value) in bytes.assumingMemoryBound(to: Float.self).enumerated() { to[index] = Double(value) }
      } else {
        let to = result.address.assumingMemoryBound(to: Float.self)
        for (index, value) in bytes.assumingMemoryBound(to: Double.self).enumerated() { to[index] = Float(value) }
      }
    }
    return isExpanded ? result.expanded(over: shape[0]) : result
  }

  /// An int32 tensor as int64.
  private var widened: Tensor {
    let labels = integers
    return Tensor(shape: shape, dtype: .int64) { bytes in
      for (place, label) in labels.enumerated() { bytes.storeBytes(of: Int64(label), toByteOffset: 8 * place, as: Int64.self) }
    }
  }

  // MARK: Strides

  static func rowMajorStrides(_ shape: Shape) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.rank)
    for axis in stride(from: shape.rank - 2, through: 0, by: -1) { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return strides
  }

  /// The element strides of this tensor when broadcast to a larger shape; 0 for each broadcast axis.
  func broadcastStrides(to target: Shape) -> [Int] {
    let own = isExpanded ? [0] + Self.rowMajorStrides(shape.dropFirst()) : Self.rowMajorStrides(shape)
    require(target.rank >= shape.rank, "broadcast: shape \(shape) to \(target)")
    let missing = target.rank - shape.rank
    return (0..<target.rank).map { axis in
      if axis < missing { return 0 }
      let extent = shape[axis - missing]
      require(extent == target[axis] || extent == 1, "broadcast: shape \(shape) to \(target)")
      return extent == 1 ? 0 : own[axis - missing]
    }
  }

  private func copied(to target: Shape, strides: [Int], from start: Int = 0) -> Tensor {
    let result = Tensor(uninitialised: target, dtype)
    Self.copy(
      extents: target.dimensions, to: result.address, strides: Self.rowMajorStrides(target),
      from: address + start * dtype.byteCount, strides: strides, itemBytes: dtype.byteCount)
    return result
  }

  private mutating func write(_ part: Tensor, at position: Int, along axis: Int) {
    if axis == 0 && !part.isExpanded {  // contiguous in both
      let start = position * Int(leadingStride) * dtype.byteCount
      tk_copy_run(Int32(dtype.byteCount), Int64(part.shape.elementCount), address + start, part.address)
      return
    }
    let strides = Self.rowMajorStrides(shape)
    Self.copy(
      extents: part.shape.dimensions, to: address + position * strides[axis] * dtype.byteCount, strides: strides,
      from: part.address, strides: part.broadcastStrides(to: part.shape), itemBytes: dtype.byteCount)
  }

  private static func copy(
    extents: [Int], to: UnsafeMutableRawPointer, strides toStrides: [Int], from: UnsafeMutableRawPointer, strides fromStrides: [Int],
    itemBytes: Int
  ) {
    // Merge adjacent axes that are contiguous in both operands.
    var merged: [(extent: Int, to: Int, from: Int)] = []
    for axis in extents.indices where extents[axis] != 1 {
      if let last = merged.last, last.to == extents[axis] * toStrides[axis], last.from == extents[axis] * fromStrides[axis] {
        merged[merged.count - 1] = (last.extent * extents[axis], toStrides[axis], fromStrides[axis])
      } else {
        merged.append((extents[axis], toStrides[axis], fromStrides[axis]))
      }
    }
    var arguments = tk_copy_args()
    arguments.item_bytes = Int32(itemBytes)
    arguments.out = to
    arguments.in = UnsafeRawPointer(from)
    withUnsafeMutablePointer(to: &arguments) { pointer in
      withUnsafeMutableBytes(of: &pointer.pointee.extent) { $0.bindMemory(to: Int64.self).update(repeating: 1) }
      for (index, axis) in merged.enumerated() {
        let slot = 8 - merged.count + index
        withUnsafeMutableBytes(of: &pointer.pointee.extent) { $0.bindMemory(to: Int64.self)[slot] = Int64(axis.extent) }
        withUnsafeMutableBytes(of: &pointer.pointee.stride_out) { $0.bindMemory(to: Int64.self)[slot] = Int64(axis.to) }
        withUnsafeMutableBytes(of: &pointer.pointee.stride_in) { $0.bindMemory(to: Int64.self)[slot] = Int64(axis.from) }
      }
      tk_run_copy(pointer)
    }
  }
}
