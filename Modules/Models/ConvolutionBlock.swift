import Autograd
import TensorCore

/// The block of convolutional networks, over two dimensions or over time: convolution, batch norm, activation.
///
/// The convolution's bias is a parameter, as in PyTorch's networks, but it is not added: batch norm would subtract it again, so the result
/// does not depend on it and its gradient is exactly zero.
struct ConvolutionBlock {
  /// The name that the block's parameters begin with.
  let name: String
  let activation: Activation

  /// Describes a block.
  init(_ number: Int, _ activation: Activation) {
    name = "features.\(number)"
    self.activation = activation
  }

  /// The name of the filters.
  var filters: String { "\(name).conv.weight" }

  /// The block as a layer.
  func layer(outputs: Int) -> ModelLayer {
    ModelLayer(
      .convolution, "\(name).conv", outputs: outputs, norm: ModelLayer.Norm(scale: "\(name).norm.weight", offset: "\(name).norm.bias"))
  }

  /// The parameters of a block with filters [kernel…, inputs, outputs].
  func parameters(
    filters shape: Shape, _ layout: ParameterLayout, _ initialisation: WeightInitialisation
  ) -> [ParameterDeclaration] {
    let (inputs, outputs) = (shape[shape.rank - 2], shape[shape.rank - 1])
    let positions = shape.elementCount / (inputs * outputs)
    return [
      ParameterDeclaration(
        filters, shape, layout, initialisation.weight(fanIn: positions * inputs, fanOut: positions * outputs)),
      ParameterDeclaration("\(name).conv.bias", [outputs], .same, initialisation.bias(fanIn: positions * inputs)),
      ParameterDeclaration("\(name).norm.weight", [outputs], .same, .ones),
      ParameterDeclaration("\(name).norm.bias", [outputs], .same, .zeros),
    ]
  }

  /// Batch norm, activation and, if there is a window, max pooling of what the convolution gives.
  func normalised(
    _ convolved: Variable, _ parameters: ParameterTree<Variable>, _ statistics: BatchStatistics, pooling: Int? = nil
  ) -> Variable {
    let isReLU = activation == .relu
    let normalised = convolved.batchNormalised(
      scale: parameters["\(name).norm.weight"], offset: parameters["\(name).norm.bias"], statistics: statistics,
      relu: isReLU, pooling: isReLU ? pooling : nil)
    if isReLU { return normalised }
    let activated = activation(normalised)
    return pooling.map(activated.maximumPooled) ?? activated
  }
}
