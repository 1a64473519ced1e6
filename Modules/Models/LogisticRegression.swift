public import Autograd
public import Registry
public import TensorCore

/// One linear layer whose outputs are logits.
public struct LogisticRegression: EmbeddingModel {
  public static let card = Card(
    id: "logistic", title: "Logistic regression", citation: "Cox, Journal of the Royal Statistical Society B 20, 1958")

  public static let hyperparameters = HyperparameterTable<LogisticRegression>([
    .choice("initialisation", \.network.initialisation, "Initial weights; biases take PyTorch's default with pytorch, else 0.")
  ])

  private var network = MLP(widths: [2, 1])

  public init() {}

  public mutating func configure(inputShape: Shape, outputs: Int) throws(ModelError) {
    try network.configure(inputShape: inputShape, outputs: outputs)
  }

  public var usesBatchStatistics: Bool { false }
  public var parameters: [ParameterDeclaration] { network.parameters }
  public var layers: [ModelLayer] { network.layers }

  public var headLayer: String { network.headLayer }
  public var embeddingWidth: Int { network.embeddingWidth }

  /// The inputs, with each sample flattened to one vector.
  public func features(_ input: Variable, _ parameters: ParameterTree<Variable>, normalisation: Normalisation) -> Variable {
    network.features(input, parameters, normalisation: normalisation)
  }
}

#if objectFormat(ELF)
@section("model_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__models") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Model.Type).self, to: LogisticRegression.self) }
)
