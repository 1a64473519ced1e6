import Registry
import CTensorKernels

/// The stride, padding, image size and filter size of a two-dimensional convolution.
///
/// Stride and padding are the same for rows and columns.
public struct ConvolutionGeometry: Sendable, Hashable {
  /// Rows and columns between the patches of neighbouring output pixels.
  public let stride: Int
  /// Rows and columns of zeros on each side of the image.
  public let padding: Int
  /// Rows and columns of an input image.
  public let inputSize: (height: Int, width: Int)
  /// Rows and columns of the filter.
  public let filterSize: (height: Int, width: Int)

  /// - Precondition: The filter fits the padded image at least once.
  public init(stride: Int, padding: Int, inputSize: (height: Int, width: Int), filterSize: (height: Int, width: Int)) {
    require(
      stride > 0 && padding >= 0 && inputSize.height + 2 * padding >= filterSize.height
        && inputSize.width + 2 * padding >= filterSize.width,
      "convolution: a filter of \(filterSize) on an image of \(inputSize) with stride \(stride) and padding \(padding)")
    self.stride = stride
    self.padding = padding
    self.inputSize = inputSize
    self.filterSize = filterSize
  }

  /// Rows and columns of an output image.
  public var outputSize: (height: Int, width: Int) {
    (
      (inputSize.height + 2 * padding - filterSize.height) / stride + 1,
      (inputSize.width + 2 * padding - filterSize.width) / stride + 1
    )
  }

  public static func == (first: Self, second: Self) -> Bool {
    first.stride == second.stride && first.padding == second.padding && first.inputSize == second.inputSize
      && first.filterSize == second.filterSize
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(stride)
    hasher.combine(padding)
    hasher.combine(inputSize.height)
    hasher.combine(inputSize.width)
    hasher.combine(filterSize.height)
    hasher.combine(filterSize.width)
  }
}

/// The convolution and its two gradients; the derivatives of each consist of the other two.
extension Tensor {
  /// The cross-correlation of images with filters: [T, N, H, W, I] ∗ [T, kh, kw, I, O] → [T, N, H′, W′, O].
  public func convolved(with filter: Tensor, _ geometry: ConvolutionGeometry) -> Tensor {
    let size = geometry.outputSize
    let target: Shape = [shape[0], shape[1], size.height, size.width, filter.shape[4]]
    return Self.run(TK_CONVOLVE, geometry, images: self, filter: filter, outputs: nil, target)
  }

  /// The gradient with respect to the images, given this gradient [T, N, H′, W′, O] with respect to the outputs.
  public func convolutionInputGradient(filter: Tensor, _ geometry: ConvolutionGeometry) -> Tensor {
    let target: Shape = [shape[0], shape[1], geometry.inputSize.height, geometry.inputSize.width, filter.shape[3]]
    return Self.run(TK_CONVOLVE_INPUT_GRADIENT, geometry, images: nil, filter: filter, outputs: self, target)
  }

  /// The gradient with respect to the filters, given this gradient [T, N, H′, W′, O] with respect to the outputs.
  public func convolutionFilterGradient(images: Tensor, _ geometry: ConvolutionGeometry) -> Tensor {
    let slices = Self.slices(of: self, geometry)
    if slices > 1, !isExpanded, !images.isExpanded {
      func sliced(_ tensor: Tensor) -> Tensor {
        let (shape, count) = (tensor.shape, tensor.shape[1] / slices)
        return tensor.reshaped([slices, count, shape[2], shape[3], shape[4]])
      }
      return sliced(self).filterGradient(sliced(images), geometry).sum([0])
    }
    return filterGradient(images, geometry)
  }

  /// The number of partial sums over images that make up a filter gradient.
  ///
  /// It exceeds 1 if a single task has many images, so that threads can share them. It depends only on the shapes, so the bits of
  /// the result do not depend on the number of threads.
  private static func slices(of outputs: Tensor, _ geometry: ConvolutionGeometry) -> Int {
    guard outputs.shape[0] == 1 else { return 1 }
    let pixels = geometry.outputSize.height * geometry.outputSize.width
    // Measured, 64 channels, 7×7: slices of 800 pixels cost 2% more than one sum, of 245 pixels 9%.
    return [4, 3, 2].first { outputs.shape[1] % $0 == 0 && outputs.shape[1] / $0 * pixels >= 800 } ?? 1
  }

  private func filterGradient(_ images: Tensor, _ geometry: ConvolutionGeometry) -> Tensor {
    let target: Shape = [shape[0], geometry.filterSize.height, geometry.filterSize.width, images.shape[4], shape[4]]
    return Self.run(TK_CONVOLVE_FILTER_GRADIENT, geometry, images: images, filter: nil, outputs: self, target)
  }

  /// Adds ``convolved(with:_:)`` of images and filters to this tensor, in one pass.
  ///
  /// - Returns: False, with the tensor unchanged, if other values share the storage.
  package mutating func accumulateConvolved(_ images: Tensor, with filter: Tensor, _ geometry: ConvolutionGeometry) -> Bool {
    accumulate(TK_CONVOLVE, geometry, images: images, filter: filter, outputs: nil)
  }

  /// Adds ``convolutionInputGradient(filter:_:)`` of `outputs`, a gradient with respect to the outputs, to this tensor in one pass.
  ///
  /// - Returns: False, with the tensor unchanged, if other values share the storage.
  package mutating func accumulateConvolutionInputGradient(
    of outputs: Tensor, filter: Tensor, _ geometry: ConvolutionGeometry
  ) -> Bool {
    accumulate(TK_CONVOLVE_INPUT_GRADIENT, geometry, images: nil, filter: filter, outputs: outputs)
  }

  /// Adds ``convolutionFilterGradient(images:_:)`` of `outputs`, a gradient with respect to the outputs, to this tensor in one pass.
  ///
  /// - Returns: False, with the tensor unchanged, if other values share the storage or the gradient consists of several partial sums.
  package mutating func accumulateConvolutionFilterGradient(
    of outputs: Tensor, images: Tensor, _ geometry: ConvolutionGeometry
  ) -> Bool {
    Self.slices(of: outputs, geometry) == 1
      && accumulate(TK_CONVOLVE_FILTER_GRADIENT, geometry, images: images, filter: nil, outputs: outputs)
  }

  private mutating func accumulate(
    _ op: tk_convolution_op, _ geometry: ConvolutionGeometry, images: Tensor?, filter: Tensor?, outputs: Tensor?
  ) -> Bool {
    guard isUnique else { return false }
    _ = Self.run(op, geometry, images: images, filter: filter, outputs: outputs, shape, into: self)
    return true
  }

  private static func run(
    _ op: tk_convolution_op, _ geometry: ConvolutionGeometry, images: Tensor?, filter: Tensor?, outputs: Tensor?, _ target: Shape,
    into sum: Tensor? = nil
  ) -> Tensor {
    let x = images?.shape ?? target
    let w = filter?.shape ?? target
    let y = outputs?.shape ?? target
    let size = geometry.outputSize
    require(
      x.rank == 5 && w.rank == 5 && y.rank == 5 && x[0] == w[0] && x[0] == y[0] && x[1] == y[1]
        && (x[2], x[3]) == geometry.inputSize && (w[1], w[2]) == geometry.filterSize && (y[2], y[3]) == size && x[4] == w[3]
        && y[4] == w[4],
      "convolution: images \(x), filters \(w), outputs \(y)")
    let operands = [images, filter, outputs].compactMap { $0 }
    // The kernel takes (images, filter), (outputs, filter) or (images, outputs).
    let (first, second) = op == TK_CONVOLVE_INPUT_GRADIENT ? (operands[1], operands[0]) : (operands[0], operands[1])
    require(first.dtype == second.dtype, "convolution: \(first.dtype) with \(second.dtype)")
    let result = sum ?? Tensor(uninitialised: target, first.dtype)
    require(result.dtype == first.dtype, "convolution: \(first.dtype) added to \(result.dtype)")
    tk_convolve(
      tk_convolution_args(
        op: op, dtype: first.dtype.kernel, tasks: Int64(x[0]), n: Int64(x[1]), h: Int64(x[2]), w: Int64(x[3]), ci: Int64(x[4]),
        oh: Int64(y[2]), ow: Int64(y[3]), co: Int64(y[4]), kh: Int64(w[1]), kw: Int64(w[2]), stride: Int64(geometry.stride),
        padding: Int64(geometry.padding), stride_x: (images ?? result).leadingStride, stride_filter: (filter ?? result).leadingStride,
        stride_y: (outputs ?? result).leadingStride, accumulate: sum != nil, precision: TK_PRECISION_OF_THREAD, out: result.address,
        a: UnsafeRawPointer(first.address), b: UnsafeRawPointer(second.address)))
    return result
  }
}
