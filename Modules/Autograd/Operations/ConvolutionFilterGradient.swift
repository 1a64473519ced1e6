public import TensorCore

/// The convolution's gradient with respect to its filters, itself linear in (images, output gradient).
///
/// ```
/// v = filterGradient(x, g)        dx = inputGradient(g, v̅), dg = x ∗ v̅
/// ```
public struct ConvolutionFilterGradient: Operation {
  public static let name = "convolution-filter-gradient"
  public static var checks: [OperationCheck] {
    [
      OperationCheck(
        ConvolutionFilterGradient(geometry: .check(stride: 1)), at: [.normal([2, 1, 4, 3, 2]), .normal([2, 1, 4, 3, 2], 1)]),
      OperationCheck(
        ConvolutionFilterGradient(geometry: .check(stride: 2)), at: [.normal([1, 2, 4, 3, 1]), .normal([1, 2, 2, 2, 2], 1)]),
      OperationCheck(
        ConvolutionFilterGradient(geometry: .check(stride: 1, padding: 0)), at: [.normal([1, 2, 4, 3, 1]), .normal([1, 2, 2, 1, 2], 1)]),
    ]
  }

  let geometry: ConvolutionGeometry

  public func forward(_ inputs: [Variable]) -> Tensor {
    inputs[1].value.convolutionFilterGradient(images: inputs[0].value, geometry)
  }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    index == 0
      ? Variable(ConvolutionInputGradient(geometry: geometry), [inputs[1], cotangent])
      : Variable(Convolution(geometry: geometry), [inputs[0], cotangent])
  }

  public func addPullback(
    _ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable, into sum: inout Tensor
  ) -> Bool {
    index == 0
      ? sum.accumulateConvolutionInputGradient(of: inputs[1].value, filter: cotangent.value, geometry)
      : sum.accumulateConvolved(inputs[0].value, with: cotangent.value, geometry)
  }
}
