public import TensorCore

/// The convolution's gradient with respect to its images, itself linear in (output gradient, filters).
///
/// ```
/// u = inputGradient(g, w)        dg = u̅ ∗ w, dw = filterGradient(u̅, g)
/// ```
public struct ConvolutionInputGradient: Operation {
  public static let name = "convolution-input-gradient"
  public static var checks: [OperationCheck] {
    [
      OperationCheck(ConvolutionInputGradient(geometry: .check(stride: 1)), at: [.normal([2, 1, 4, 3, 2]), .normal([2, 3, 3, 2, 2], 1)]),
      OperationCheck(ConvolutionInputGradient(geometry: .check(stride: 2)), at: [.normal([1, 2, 2, 2, 2]), .normal([1, 3, 3, 1, 2], 1)]),
      OperationCheck(
        ConvolutionInputGradient(geometry: .check(stride: 1, padding: 0)), at: [.normal([1, 2, 2, 1, 2]), .normal([1, 3, 3, 1, 2], 1)]),
    ]
  }

  let geometry: ConvolutionGeometry

  public func forward(_ inputs: [Variable]) -> Tensor {
    inputs[0].value.convolutionInputGradient(filter: inputs[1].value, geometry)
  }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    index == 0
      ? Variable(Convolution(geometry: geometry), [cotangent, inputs[1]])
      : Variable(ConvolutionFilterGradient(geometry: geometry), [cotangent, inputs[0]])
  }

  public func addPullback(
    _ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable, into sum: inout Tensor
  ) -> Bool {
    index == 0
      ? sum.accumulateConvolved(cotangent.value, with: inputs[1].value, geometry)
      : sum.accumulateConvolutionFilterGradient(of: inputs[0].value, images: cotangent.value, geometry)
  }
}
