public import TensorCore

/// The cross-correlation of images with filters.
///
/// It forms a closed family with its two gradients: the derivative of each consists of the other two, to any order.
/// ```
/// y = x ∗ w        dx = inputGradient(dy, w), dw = filterGradient(x, dy)
/// ```
public struct Convolution: Operation {
  public static let name = "convolution"
  public static var checks: [OperationCheck] {
    [
      OperationCheck(Convolution(geometry: .check(stride: 1)), at: [.normal([2, 1, 4, 3, 2]), .normal([2, 3, 3, 2, 2], 1)]),
      OperationCheck(Convolution(geometry: .check(stride: 2)), at: [.normal([1, 2, 4, 3, 1]), .normal([1, 3, 3, 1, 2], 1)]),
      OperationCheck(Convolution(geometry: .check(stride: 1, padding: 0)), at: [.normal([1, 2, 4, 3, 2]), .normal([1, 3, 3, 2, 2], 1)]),
    ]
  }

  let geometry: ConvolutionGeometry

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.convolved(with: inputs[1].value, geometry) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    index == 0
      ? Variable(ConvolutionInputGradient(geometry: geometry), [cotangent, inputs[1]])
      : Variable(ConvolutionFilterGradient(geometry: geometry), [inputs[0], cotangent])
  }

  public func addPullback(
    _ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable, into sum: inout Tensor
  ) -> Bool {
    index == 0
      ? sum.accumulateConvolutionInputGradient(of: cotangent.value, filter: inputs[1].value, geometry)
      : sum.accumulateConvolutionFilterGradient(of: cotangent.value, images: inputs[0].value, geometry)
  }
}

extension Variable {
  /// The cross-correlation of images with filters: [T, N, H, W, I] ∗ [T, kh, kw, I, O] → [T, N, H′, W′, O].
  public func convolved(with filter: Variable, stride: Int, padding: Int) -> Variable {
    let geometry = ConvolutionGeometry(
      stride: stride, padding: padding, inputSize: (shape[2], shape[3]), filterSize: (filter.shape[1], filter.shape[2]))
    return Variable(Convolution(geometry: geometry), [self, filter])
  }
}

extension ConvolutionGeometry {
  /// A 3×3 filter on 4×3 images, for the gradient suite.
  static func check(stride: Int, padding: Int = 1) -> ConvolutionGeometry {
    ConvolutionGeometry(stride: stride, padding: padding, inputSize: (4, 3), filterSize: (3, 3))
  }
}
