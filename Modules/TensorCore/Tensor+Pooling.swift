import Registry
import CTensorKernels

/// The positions of the maxima that max pooling found.
public struct PoolingPositions: Sendable {
  /// int32 [T, N, ⌊H/window⌋, ⌊W/window⌋, C]: offsets into one image [H, W, C].
  public let offsets: Tensor
  /// Rows and columns of a window; the stride is the same.
  public let window: Int
  /// The shape of the images, [T, N, H, W, C].
  public let images: Shape

  /// Positions that max pooling with the window found in images of the shape.
  package init(offsets: Tensor, window: Int, images: Shape) {
    (self.offsets, self.window, self.images) = (offsets, window, images)
  }
}

extension Tensor {
  /// Max pooling of [T, N, H, W, C] with a stride equal to the window; rows and columns that do not fill a window are left out.
  ///
  /// - Returns: The maxima [T, N, ⌊H/window⌋, ⌊W/window⌋, C] and their positions in the images.
  public func maximumPooled(window: Int) -> (maxima: Tensor, positions: PoolingPositions) {
    require(shape.rank == 5 && window > 0 && !isExpanded, "max pooling: \(shape) with a window of \(window)")
    let target: Shape = [shape[0], shape[1], shape[2] / window, shape[3] / window, shape[4]]
    let maxima = Tensor(uninitialised: target, dtype)
    let offsets = Tensor(uninitialised: target, .int32)
    var arguments = tk_pool_args(
      dtype: dtype.kernel, images: Int64(shape[0] * shape[1]), h: Int64(shape[2]), w: Int64(shape[3]), c: Int64(shape[4]),
      window: Int64(window), out: maxima.address, position: offsets.address.assumingMemoryBound(to: Int32.self),
      in: UnsafeRawPointer(address))
    tk_run_pool(&arguments)
    return (maxima, PoolingPositions(offsets: offsets, window: window, images: shape))
  }

  /// The elements of these images at the given positions.
  /// - Precondition: This tensor has the shape of the pooled images.
  public func picked(at positions: PoolingPositions) -> Tensor {
    require(shape == positions.images, "picking from \(shape) at positions in \(positions.images)")
    let result = Tensor(uninitialised: positions.offsets.shape, dtype)
    runPositions(scatter: false, positions, result)
    return result
  }

  /// Images with these elements at the given positions and zeros elsewhere.
  /// - Precondition: There is one element for each position.
  public func placed(at positions: PoolingPositions) -> Tensor {
    require(shape == positions.offsets.shape, "placing \(shape) at \(positions.offsets.shape) positions")
    let result = Tensor(uninitialised: positions.images, dtype)
    runPositions(scatter: true, positions, result)
    return result
  }

  private func runPositions(scatter: Bool, _ positions: PoolingPositions, _ result: Tensor) {
    let source = contiguous
    let images = positions.images
    var arguments = tk_position_args(
      dtype: dtype.kernel, scatter: scatter, images: Int64(images[0] * images[1]), h: Int64(images[2]), w: Int64(images[3]),
      c: Int64(images[4]), window: Int64(positions.window), out: result.address,
      position: UnsafePointer(positions.offsets.address.assumingMemoryBound(to: Int32.self)), in: UnsafeRawPointer(source.address))
    withExtendedLifetime((source, positions)) { tk_run_position(&arguments) }
  }
}
