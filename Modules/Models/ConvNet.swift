public import Autograd
public import Registry
public import TensorCore

/// Blocks of [3×3 convolution, batch norm, activation, and max pooling unless the convolution strides], then a linear classifier.
///
/// - SeeAlso: Vinyals et al., NeurIPS 2016, section 4.1.1 (four blocks of 64 filters with max pooling); Finn et al., ICML 2017,
///   section 5.2 (strides of 2 instead of pooling for Omniglot, and the mean over positions in their code).
public struct ConvNet: EmbeddingModel {
  /// How a block halves its image.
  public enum Downsampling: String, Sendable, CaseIterable {
    /// The convolution has a stride of 2.
    case stride
    /// 2×2 max pooling follows the activation; an odd last row or column is left out.
    case maxpool
  }

  /// What a convolution does at the border of its image.
  public enum Padding: String, Sendable, CaseIterable {
    /// A border of zeros keeps the size of the image, but for the stride.
    case same
    /// Only whole filters count, so that an image loses two rows and two columns.
    case valid
  }

  /// How the last block's positions become the features of the classifier.
  public enum Head: String, Sendable, CaseIterable {
    /// The mean over positions.
    case mean
    /// All positions.
    case flatten
  }

  public static let card = Card(
    id: "conv", title: "Convolutional network with batch norm, four blocks by default",
    citation: "Vinyals et al., NeurIPS 2016, section 4.1.1; Finn et al., ICML 2017, section 5.2, https://arxiv.org/abs/1703.03400")

  public static let hyperparameters = HyperparameterTable<ConvNet>([
    .integer("blocks", \.blocks, in: 1...12, "Convolutional blocks."),
    .integer("hidden", \.hidden, in: 1...4096, "Channels of every block."),
    .choice("downsample", \.downsampling, "How a block halves its image."),
    .choice("padding", \.padding, "What a convolution does at the border: zeros around the image (same), or none (valid)."),
    .choice("head", \.head, "Input of the classifier: the mean over positions, or all positions flattened."),
    .choice("activation", \.activation, "Activation after batch norm."),
    .choice("initialisation", \.initialisation, "Initial weights; biases take PyTorch's default with pytorch, else 0."),
  ])

  /// The number of convolutional blocks.
  public var blocks = 4
  /// Channels of every block.
  public var hidden = 64
  /// How a block halves its image.
  public var downsampling = Downsampling.stride
  /// What a convolution does at the border of its image.
  public var padding = Padding.same
  /// How the last block's positions become the features of the classifier.
  public var head = Head.mean
  /// The activation after batch norm.
  public var activation = Activation.relu
  /// The initialisation of the weights.
  public var initialisation = WeightInitialisation.glorot
  private var image: (height: Int, width: Int, channels: Int) = (28, 28, 1)
  private var outputs = 5

  public init() {}

  public mutating func configure(inputShape: Shape, outputs: Int) throws(ModelError) {
    guard inputShape.rank == 3, inputShape.elementCount > 0 else {
      throw .inputShape(model: Self.card.id, expected: "[height, width, channels]", found: inputShape)
    }
    image = (inputShape[0], inputShape[1], inputShape[2])
    self.outputs = outputs
    let last = lastSize
    guard last.height > 0, last.width > 0 else {
      throw .imageTooSmall(model: Self.card.id, size: min(image.height, image.width), blocks: blocks)
    }
  }

  public var usesBatchStatistics: Bool { true }

  public var activationsPerSample: Double {
    var size = (height: image.height, width: image.width)
    var total = Double(outputs)
    for _ in 0..<blocks {
      let own = convolved(size)
      total += Double(own.height) * Double(own.width) * Double(hidden)
      size = halved(size)
    }
    return total
  }

  /// The size of an image behind a convolution.
  private func convolved(_ size: (height: Int, width: Int)) -> (height: Int, width: Int) {
    let stride = downsampling == .stride ? 2 : 1
    func convolved(_ extent: Int) -> Int { max(extent + (padding == .same ? 2 : 0) - 3 + stride, 0) / stride }
    return (convolved(size.height), convolved(size.width))
  }

  /// The size of an image behind a block.
  private func halved(_ size: (height: Int, width: Int)) -> (height: Int, width: Int) {
    let convolved = convolved(size)
    return downsampling == .stride ? convolved : (convolved.height / 2, convolved.width / 2)
  }

  private var lastSize: (height: Int, width: Int) {
    (0..<blocks).reduce((image.height, image.width)) { size, _ in halved(size) }
  }

  public var headLayer: String { "classifier" }
  public var embeddingWidth: Int { head == .mean ? hidden : hidden * lastSize.height * lastSize.width }

  public var layers: [ModelLayer] {
    (0..<blocks).map { ConvolutionBlock($0, activation).layer(outputs: hidden) } + [ModelLayer(.linear, headLayer, outputs: outputs)]
  }

  public var parameters: [ParameterDeclaration] {
    var all: [ParameterDeclaration] = []
    for block in 0..<blocks {
      let channels = block == 0 ? image.channels : hidden
      all += ConvolutionBlock(block, activation).parameters(filters: [3, 3, channels, hidden], .convolution, initialisation)
    }
    let layout =
      head == .mean
      ? ParameterLayout.linear : .linearOnImage(height: lastSize.height, width: lastSize.width, channels: hidden)
    return all + [
      ParameterDeclaration(
        "\(headLayer).weight", [embeddingWidth, outputs], layout,
        initialisation.weight(fanIn: embeddingWidth, fanOut: outputs)),
      ParameterDeclaration("\(headLayer).bias", [outputs], .same, initialisation.bias(fanIn: embeddingWidth)),
    ]
  }

  /// The features of the classifier, [T, N, features]: the embedding from which prototypes are computed.
  public func features(_ input: Variable, _ parameters: ParameterTree<Variable>, normalisation: Normalisation) -> Variable {
    var result = input
    let statistics = BatchStatistics(normalisation)
    for block in 0..<blocks {
      let block = ConvolutionBlock(block, activation)
      let convolved = result.convolved(
        with: parameters[block.filters], stride: downsampling == .stride ? 2 : 1, padding: padding == .same ? 1 : 0)
      result = block.normalised(convolved, parameters, statistics, pooling: downsampling == .maxpool ? 2 : nil)
    }
    let shape = result.shape
    return head == .mean
      ? result.mean([2, 3]).reshaped([shape[0], shape[1], shape[4]])
      : result.reshaped([shape[0], shape[1], shape[2] * shape[3] * shape[4]])
  }
}

#if objectFormat(ELF)
@section("model_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__models") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Model.Type).self, to: ConvNet.self) }
)
