public import Autograd
public import Registry
public import TensorCore

/// Blocks of [convolution over time with a stride of 2, batch norm, activation], then a linear classifier; ``ConvNet`` for signals.
///
/// A signal is [time, channels]. A block halves the time, rounding up.
/// - SeeAlso: Wang, Yan and Oates, "Time series classification from scratch with deep neural networks", IJCNN 2017, section II-B
///   (convolution, batch norm and ReLU, then the mean over time), <https://arxiv.org/abs/1611.06455>. Deviation: blocks stride instead of
///   keeping the length, and have one kernel size and one number of channels, as in ``ConvNet``.
public struct SignalConvNet: EmbeddingModel {
  public static let card = Card(
    id: "conv1d", title: "Convolutional network over time with batch norm, for signals",
    citation: "Wang, Yan and Oates, IJCNN 2017, section II-B, https://arxiv.org/abs/1611.06455")

  public static let hyperparameters = HyperparameterTable<SignalConvNet>([
    .integer("blocks", \.blocks, in: 1...12, "Convolutional blocks; each halves the time."),
    .integer("hidden", \.hidden, in: 1...4096, "Channels of every block."),
    .integer("kernel", \.kernel, in: 3...101, "Time steps that a filter sees; an odd number."),
    .choice("head", \.head, "Input of the classifier: the mean over time, or all positions flattened."),
    .choice("activation", \.activation, "Activation after batch norm."),
    .choice("initialisation", \.initialisation, "Initial weights; biases take PyTorch's default with pytorch, else 0."),
  ])

  /// The number of convolutional blocks.
  public var blocks = 4
  /// Channels of every block.
  public var hidden = 64
  /// Time steps that a filter sees, an odd number.
  public var kernel = 5
  /// How the last block's positions become the features of the classifier.
  public var head = ConvNet.Head.mean
  /// The activation after batch norm.
  public var activation = Activation.relu
  /// The initialisation of the weights.
  public var initialisation = WeightInitialisation.glorot
  private var signal: (time: Int, channels: Int) = (128, 1)
  private var outputs = 5

  public init() {}

  public mutating func configure(inputShape: Shape, outputs: Int) throws(ModelError) {
    guard inputShape.rank == 2, inputShape.elementCount > 0 else {
      throw .inputShape(model: Self.card.id, expected: "[time, channels]", found: inputShape)
    }
    guard kernel % 2 == 1 else { throw .evenKernel(kernel) }
    signal = (inputShape[0], inputShape[1])
    self.outputs = outputs
  }

  public var usesBatchStatistics: Bool { true }

  /// The length after a number of blocks.
  private func length(after blocks: Int) -> Int { (0..<blocks).reduce(signal.time) { length, _ in (length + 1) / 2 } }

  public var activationsPerSample: Double {
    (1...blocks).reduce(Double(outputs)) { $0 + Double(length(after: $1)) * Double(hidden) }
  }

  public var headLayer: String { "classifier" }
  public var embeddingWidth: Int { head == .mean ? hidden : hidden * length(after: blocks) }

  public var layers: [ModelLayer] {
    (0..<blocks).map { ConvolutionBlock($0, activation).layer(outputs: hidden) } + [ModelLayer(.linear, headLayer, outputs: outputs)]
  }

  public var parameters: [ParameterDeclaration] {
    var all: [ParameterDeclaration] = []
    for block in 0..<blocks {
      let channels = block == 0 ? signal.channels : hidden
      all += ConvolutionBlock(block, activation).parameters(
        filters: [kernel, channels, hidden], .convolutionOverTime, initialisation)
    }
    let layout =
      head == .mean ? ParameterLayout.linear : .linearOnImage(height: 1, width: length(after: blocks), channels: hidden)
    return all + [
      ParameterDeclaration(
        "\(headLayer).weight", [embeddingWidth, outputs], layout, initialisation.weight(fanIn: embeddingWidth, fanOut: outputs)),
      ParameterDeclaration("\(headLayer).bias", [outputs], .same, initialisation.bias(fanIn: embeddingWidth)),
    ]
  }

  /// The features of the classifier, [T, N, features], for signals [T, N, time, channels].
  public func features(_ input: Variable, _ parameters: ParameterTree<Variable>, normalisation: Normalisation) -> Variable {
    // A signal is an image of one row.
    var result = input.reshaped(input.shape.inserting(1, at: 2))
    let (statistics, margin) = (BatchStatistics(normalisation), kernel / 2)
    for block in 0..<blocks {
      let block = ConvolutionBlock(block, activation)
      // Only the time is padded.
      let weight = parameters[block.filters]
      let convolved = result.padded(to: result.shape[3] + 2 * margin, at: margin, along: 3)
        .convolved(with: weight.reshaped(weight.shape.inserting(1, at: 1)), stride: 2, padding: 0)
      result = block.normalised(convolved, parameters, statistics)
    }
    let shape = result.shape
    return head == .mean
      ? result.mean([2, 3]).reshaped([shape[0], shape[1], shape[4]]) : result.reshaped([shape[0], shape[1], shape[3] * shape[4]])
  }
}

#if objectFormat(ELF)
@section("model_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__models") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Model.Type).self, to: SignalConvNet.self) }
)
