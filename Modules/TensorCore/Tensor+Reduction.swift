import Registry
import CTensorKernels

extension Tensor {
  /// The sum over the given axes, which keep extent 1, times a scale.
  /// - Precondition: The type is a floating type.
  public func sum(_ axes: AxisSet, scale: Double = 1) -> Tensor { reduced(TK_SUM, axes, scale: scale) }

  /// The mean over the given axes, which keep extent 1.
  public func mean(_ axes: AxisSet) -> Tensor {
    let count = shape.elementCount / max(1, shape.reducing(axes).elementCount)
    return sum(axes, scale: 1 / Double(max(count, 1)))
  }

  /// The largest element over the given axes, which keep extent 1; NaN if any of the elements is NaN.
  /// - Precondition: The tensor has at least one element.
  public func maximum(_ axes: AxisSet) -> Tensor {
    require(shape.elementCount > 0, "maximum of an empty tensor of shape \(shape)")
    return reduced(TK_MAX, axes, scale: 1)
  }

  /// The sum of all elements as a scalar.
  public var total: Tensor { sum(AxisSet(0..<shape.rank)).reshaped([]) }

  /// The square root of the sum of squares of all elements; infinite if the sum over the stored elements overflows the type.
  /// - Precondition: The type is a floating type.
  public var norm: Double {
    RecordedProgram.noteReading()
    let squares = withExtendedLifetime(self) { tk_sum_of_squares(dtype.kernel, address, Int64(storedCount)) }
    return (isExpanded ? Double(shape[0]) * squares : squares).squareRoot()
  }

  /// The index of the largest element along the last axis, for each row; the first one wins a tie.
  /// - Precondition: The type is a floating type, and the last axis is not empty.
  public var argmax: [Int] {
    let width = shape[-1]
    require(width > 0, "argmax along an empty axis of shape \(shape)")
    let values = doubles
    return stride(from: 0, to: values.count, by: width).map { start in
      var best = 0
      for index in 1..<max(width, 1) where values[start + index] > values[start + best] { best = index }
      return best
    }
  }

  private func reduced(_ op: tk_reduce_op, _ axes: AxisSet, scale: Double) -> Tensor {
    if isExpanded {
      let inner = AxisSet((1..<shape.rank).filter(axes.contains).map { $0 - 1 })
      let factor = axes.contains(0) && op == TK_SUM ? Double(shape[0]) : 1
      let item = expandedItem.reduced(op, inner, scale: scale * factor)
      return axes.contains(0) ? item.reshaped(item.shape.inserting(1, at: 0)) : item.expanded(over: shape[0])
    }
    var extents = SIMD4<Int64>(repeating: 1)
    var strides = SIMD4<Int64>(repeating: 0)
    var flags = SIMD4<Int8>(repeating: 0)
    var slot = 4
    var running: Int64 = 1
    for axis in stride(from: shape.rank - 1, through: 0, by: -1) where shape[axis] != 1 {
      let flag: Int8 = axes.contains(axis) ? 1 : 0
      if slot < 4, flags[slot] == flag {
        extents[slot] *= Int64(shape[axis])
      } else {
        guard slot > 0 else { return reducedInTwo(op, axes, scale: scale) }
        slot -= 1
        extents[slot] = Int64(shape[axis])
        strides[slot] = running
        flags[slot] = flag
      }
      running *= Int64(shape[axis])
    }
    let result = Tensor(uninitialised: shape.reducing(axes), dtype)
    var arguments = tk_reduce_args()
    arguments.op = op
    arguments.dtype = dtype.kernel
    arguments.extent = (extents[0], extents[1], extents[2], extents[3])
    arguments.stride_in = (strides[0], strides[1], strides[2], strides[3])
    arguments.reduced = (flags[0] == 1, flags[1] == 1, flags[2] == 1, flags[3] == 1)
    arguments.out = result.address
    arguments.in = UnsafeRawPointer(address)
    arguments.scale = scale
    tk_run_reduce(&arguments)
    return result
  }

  // For more alternations of kept and reduced axes than the kernel has loops: reduces the innermost axis first, then the others.
  private func reducedInTwo(_ op: tk_reduce_op, _ axes: AxisSet, scale: Double) -> Tensor {
    let chosen = (0..<shape.rank).filter { axes.contains($0) && shape[$0] != 1 }
    guard let last = chosen.last else { return reduced(op, axes, scale: scale) }
    return reduced(op, [last], scale: 1).reduced(op, AxisSet(chosen.dropLast()), scale: scale)
  }
}
