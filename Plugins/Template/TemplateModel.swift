public import Autograd
public import Models
public import Registry
public import TensorCore

// A whole model, to copy and to change: 'tools new model NAME' writes a copy with a name of your own.

/// One hidden layer with a linear head.
///
/// ```
/// f(x) = tanh(x·W₀ + b₀)        outputs = f(x)·W₁ + b₁
/// ```
/// A model is a pure function of input and parameters. Each parameter has a leading task axis T, so that the tasks of a shard, each with
/// parameters of its own, are one computation. As an embedding, it serves metric learners, and head or body can adapt alone.
public struct TemplateModel: EmbeddingModel {
  public static let card = Card(id: "template-model", title: "Template: one hidden layer", citation: "none: a template")

  public static let hyperparameters = HyperparameterTable<TemplateModel>([
    .integer("hidden", \.hidden, in: 1...65_536, "Units of the hidden layer.")
  ])

  /// Units of the hidden layer.
  public var hidden = 40
  private var inputs = 1
  private var outputs = 1

  public init() {}

  /// Takes what the tasks determine; a model for images would refuse other inputs here.
  public mutating func configure(inputShape: Shape, outputs: Int) throws(ModelError) {
    guard inputShape.rank >= 1, inputShape.elementCount > 0 else {
      throw .inputShape(model: Self.card.id, expected: "[features]", found: inputShape)
    }
    (inputs, self.outputs) = (inputShape.elementCount, outputs)
  }

  /// Names and layouts are PyTorch's, so that `tools export` writes a state dict.
  public var parameters: [ParameterDeclaration] {
    [("hidden", inputs, hidden), (headLayer, hidden, outputs)].flatMap { name, inputs, outputs in
      [
        ParameterDeclaration("\(name).weight", [inputs, outputs], .linear, .pytorch(fanIn: inputs)),
        ParameterDeclaration("\(name).bias", [outputs], .same, .pytorch(fanIn: inputs)),
      ]
    }
  }

  public var layers: [ModelLayer] {
    [ModelLayer(.linear, "hidden", outputs: hidden), ModelLayer(.linear, headLayer, outputs: outputs)]
  }

  public var usesBatchStatistics: Bool { false }
  public var headLayer: String { "head" }
  public var embeddingWidth: Int { hidden }

  /// Features [T, N, hidden] of inputs [T, N, …].
  public func features(_ input: Variable, _ parameters: ParameterTree<Variable>, normalisation: Normalisation) -> Variable {
    let flat = input.reshaped([input.shape[0], input.shape[1], inputs])
    return flat.linear(parameters["hidden.weight"], parameters["hidden.bias"]).tanh()
  }
}

#if objectFormat(ELF)
@section("model_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__models") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Model.Type).self, to: TemplateModel.self) }
)
