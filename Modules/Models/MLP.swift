public import Autograd
public import Registry
public import TensorCore

/// Linear layers with an activation between them, and none after the last layer.
///
/// With batch norm, the biases of the hidden layers are parameters, but they are not added: batch norm would subtract them again.
/// - SeeAlso: Finn et al., ICML 2017, section 5.1: two hidden layers of 40 units with ReLU for the sinusoid; section 5.2: hidden layers of
///   256, 128, 64 and 64 units with batch norm and ReLU for Omniglot.
public struct MLP: EmbeddingModel {
  /// What stands between a hidden layer and its activation.
  public enum Norm: String, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// Batch norm.
    case batch
  }

  public static let card = Card(
    id: "mlp", title: "Multi-layer perceptron, any widths",
    citation: "Finn et al., ICML 2017, section 5.1, https://arxiv.org/abs/1703.03400")

  public static let hyperparameters = HyperparameterTable<MLP>([
    .text("hidden", \.hiddenText, "Widths of the hidden layers, separated by commas; empty for none."),
    .choice("norm", \.norm, "What stands between a hidden layer and its activation: batch norm, or nothing."),
    .choice("activation", \.activation, "Activation after each hidden layer."),
    .choice("initialisation", \.initialisation, "Initial weights; biases take PyTorch's default with pytorch, else 0."),
  ])

  /// Widths of all layers, input and output included: [1, 40, 40, 1].
  public private(set) var widths: [Int] = [1, 40, 40, 1]
  /// The layout of the first weight, whose inputs may be the pixels of an image.
  private var inputLayout = ParameterLayout.linear
  /// What stands between a hidden layer and its activation.
  public var norm = Norm.none
  /// The activation after each hidden layer.
  public var activation = Activation.relu
  /// The initialisation of the weights.
  public var initialisation = WeightInitialisation.pytorch
  var hiddenText = "40,40"

  public init() {}

  /// Layers of the given widths, input and output included.
  /// - Precondition: There are at least two widths, input and output, and all are positive.
  public init(widths: [Int], activation: Activation = .relu, initialisation: WeightInitialisation = .pytorch) {
    require(widths.count >= 2 && widths.allSatisfy { $0 > 0 }, "an MLP of widths \(widths)")
    self.widths = widths
    self.activation = activation
    self.initialisation = initialisation
    hiddenText = widths.dropFirst().dropLast().map(String.init).joined(separator: ",")
  }

  public mutating func configure(inputShape: Shape, outputs: Int) throws(ModelError) {
    let parts = hiddenText.isEmpty ? [] : hiddenText.split(separator: ",", omittingEmptySubsequences: false)
    let hidden = parts.compactMap { Int($0) }
    guard hidden.count == parts.count, hidden.allSatisfy({ (1...65_536).contains($0) }) else { throw .widths(text: hiddenText) }
    guard inputShape.rank >= 1, inputShape.elementCount > 0 else {
      throw .inputShape(model: Self.card.id, expected: "[features]", found: inputShape)
    }
    widths = [inputShape.elementCount] + hidden + [outputs]
    // As in other models, three axes are those of an image: [height, width, channels].
    inputLayout =
      inputShape.rank == 3
      ? .linearOnImage(height: inputShape[0], width: inputShape[1], channels: inputShape[2]) : .linear
  }

  public var usesBatchStatistics: Bool { norm == .batch && widths.count > 2 }

  /// The parameters' names of the batch norm of a layer; nil without one.
  private func norm(of layer: Int) -> ModelLayer.Norm? {
    norm == .batch && layer < widths.count - 2
      ? ModelLayer.Norm(scale: "norms.\(layer).weight", offset: "norms.\(layer).bias") : nil
  }

  public var parameters: [ParameterDeclaration] {
    zip(widths, widths.dropFirst()).enumerated().flatMap { index, pair in
      let norm = norm(of: index).map {
        [ParameterDeclaration($0.scale, [pair.1], .same, .ones), ParameterDeclaration($0.offset, [pair.1], .same, .zeros)]
      }
      return [
        ParameterDeclaration(
          "layers.\(index).weight", [pair.0, pair.1], index == 0 ? inputLayout : .linear,
          initialisation.weight(fanIn: pair.0, fanOut: pair.1)),
        ParameterDeclaration("layers.\(index).bias", [pair.1], .same, initialisation.bias(fanIn: pair.0)),
      ] + (norm ?? [])
    }
  }

  public var layers: [ModelLayer] {
    widths.dropFirst().enumerated().map { ModelLayer(.linear, "layers.\($0)", outputs: $1, norm: norm(of: $0)) }
  }

  public var headLayer: String { "layers.\(widths.count - 2)" }
  public var embeddingWidth: Int { widths[widths.count - 2] }

  /// The activations of the last hidden layer; the inputs if there is no hidden layer.
  public func features(_ input: Variable, _ parameters: ParameterTree<Variable>, normalisation: Normalisation) -> Variable {
    // Flatten an image to one vector.
    var result = input.reshaped([input.shape[0], input.shape[1], widths[0]])
    let statistics = BatchStatistics(normalisation)
    for layer in 0..<(widths.count - 2) {
      if let norm = norm(of: layer) {
        let (shape, width) = (result.shape, widths[layer + 1])
        let outputs = result.matmul(parameters["layers.\(layer).weight"]).reshaped([shape[0], shape[1], 1, 1, width])
        let normalised = outputs.batchNormalised(
          scale: parameters[norm.scale], offset: parameters[norm.offset], statistics: statistics, relu: activation == .relu)
        result = (activation == .relu ? normalised : activation(normalised)).reshaped([shape[0], shape[1], width])
      } else {
        result = result.linear(parameters, "layers.\(layer)", activation)
      }
    }
    return result
  }
}

#if objectFormat(ELF)
@section("model_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__models") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Model.Type).self, to: MLP.self) }
)
