import CTensorKernels

extension Tensor {
  /// Max pooling of [T, N, H, W, C] with equal window and step, rows and columns that do not fill a window left out.
  ///
  /// - Returns: The maxima [T, N, ⌊H/window⌋, ⌊W/window⌋, C] and, as int32, where each lies in its image.
  public func maximumPooled(window: Int) -> (maxima: Tensor, positions: Tensor) {
    precondition(shape.rank == 5 && window > 0 && !isRepeated, "max pooling: \(shape) with a window of \(window)")
    let target: Shape = [shape[0], shape[1], shape[2] / window, shape[3] / window, shape[4]]
    let maxima = Tensor(uninitialised: target, dtype)
    let positions = Tensor(uninitialised: target, .int32)
    var arguments = tk_pool_args(
      dtype: dtype.kernel, images: Int64(shape[0] * shape[1]), h: Int64(shape[2]), w: Int64(shape[3]), c: Int64(shape[4]),
      window: Int64(window), out: maxima.address, position: positions.address.assumingMemoryBound(to: Int32.self),
      in: UnsafeRawPointer(address))
    tk_run_pool(&arguments)
    return (maxima, positions)
  }

  /// The elements of each image [T, N, H, W, C] at remembered positions.
  public func picked(at positions: Tensor) -> Tensor {
    let result = Tensor(uninitialised: positions.shape, dtype)
    runPositions(scatter: false, positions, result, imageSize: shape.dropFirst(2).elementCount)
    return result
  }

  /// Images of the given shape, zero but for these elements added at remembered positions.
  public func placed(at positions: Tensor, in target: Shape) -> Tensor {
    let result = Tensor(uninitialised: target, dtype)
    runPositions(scatter: true, positions, result, imageSize: target.dropFirst(2).elementCount)
    return result
  }

  private func runPositions(scatter: Bool, _ positions: Tensor, _ result: Tensor, imageSize: Int) {
    let source = dense
    precondition(
      positions.dtype == .int32 && positions.shape[0] == shape[0] && positions.shape[1] == shape[1],
      "positions \(positions.dtype) \(positions.shape) for \(shape)")
    var arguments = tk_position_args(
      dtype: dtype.kernel, scatter: scatter, images: Int64(positions.shape[0] * positions.shape[1]), image_size: Int64(imageSize),
      picked: Int64(positions.shape.dropFirst(2).elementCount), out: result.address,
      position: UnsafePointer(positions.address.assumingMemoryBound(to: Int32.self)), in: UnsafeRawPointer(source.address))
    withExtendedLifetime(source) { tk_run_position(&arguments) }
  }
}
