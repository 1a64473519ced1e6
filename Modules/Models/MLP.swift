public import Autograd
public import Registry
public import TensorCore

/// Linear layers with an activation between them, and none after the last layer.
///
/// - SeeAlso: Finn et al., ICML 2017, section 5.1: two hidden layers of 40 units with ReLU for the sinusoid.
public struct MLP: EmbeddingModel {
  public static let card = Card(
    id: "mlp", title: "Multi-layer perceptron, any widths",
    citation: "Finn et al., ICML 2017, section 5.1, https://arxiv.org/abs/1703.03400")

  public static let hyperparameters = HyperparameterTable<MLP>([
    .text("hidden", \.hiddenText, "Widths of the hidden layers, separated by commas; empty for none."),
    .choice("activation", \.activation, "Activation after each hidden layer."),
    .choice("initialisation", \.initialisation, "Initial weights; biases take PyTorch's default with pytorch, else 0."),
  ])

  /// Widths of all layers, input and output included: [1, 40, 40, 1].
  public private(set) var widths: [Int] = [1, 40, 40, 1]
  /// The layout of the first weight, whose inputs may be the pixels of an image.
  private var inputLayout = ParameterLayout.linear
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

  public var usesBatchStatistics: Bool { false }

  public var parameters: [ParameterDeclaration] {
    zip(widths, widths.dropFirst()).enumerated().flatMap { index, pair in
      [
        ParameterDeclaration(
          "layers.\(index).weight", [pair.0, pair.1], index == 0 ? inputLayout : .linear,
          initialisation.weight(fanIn: pair.0, fanOut: pair.1)),
        ParameterDeclaration("layers.\(index).bias", [pair.1], .same, initialisation.bias(fanIn: pair.0)),
      ]
    }
  }

  public var layers: [ModelLayer] {
    widths.dropFirst().enumerated().map { ModelLayer(.linear, "layers.\($0)", outputs: $1) }
  }

  public var headLayer: String { "layers.\(widths.count - 2)" }
  public var embeddingWidth: Int { widths[widths.count - 2] }

  /// The activations of the last hidden layer; the inputs if there is no hidden layer.
  public func features(_ input: Variable, _ parameters: ParameterTree<Variable>, normalisation: Normalisation) -> Variable {
    // Flatten an image to one vector.
    var result = input.reshaped([input.shape[0], input.shape[1], widths[0]])
    for layer in 0..<(widths.count - 2) { result = result.linear(parameters, "layers.\(layer)", activation) }
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
