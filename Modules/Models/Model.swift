public import Autograd
public import Registry
public import TensorCore

/// The samples from which batch normalisation computes its statistics.
public enum Normalisation: Sendable {
  /// All samples of the batch.
  case wholeBatch
  /// The given number of samples at the start of the batch: the support set, which precedes the query set.
  case leading(Int)
  /// The samples whose mask is 1: float32 or float64 [T, N] of 0 and 1; the first sample of each task has 1.
  case samples(Tensor)
}

extension BatchStatistics {
  /// The images that a normalisation names.
  init(_ normalisation: Normalisation) {
    self =
      switch normalisation {
      case .wholeBatch: .all
      case .leading(let count): .leading(count)
      case .samples(let mask): .samples(mask)
      }
  }
}

/// A pure function of (input, parameters).
public protocol Model: Sendable {
  /// Name and source.
  static var card: Card { get }
  /// The settings.
  static var hyperparameters: HyperparameterTable<Self> { get }

  /// The model with its default settings.
  init()

  /// Sets the shape of one input and the number of outputs, which the task distribution determines.
  ///
  /// - Throws: ``ModelError`` if the model does not support such inputs.
  mutating func configure(inputShape: Shape, outputs: Int) throws(ModelError)

  /// The parameters' names, shapes and storage layouts, in order.
  var parameters: [ParameterDeclaration] { get }

  /// The layers with weights, from the input to the output; empty for a model without such layers.
  var layers: [ModelLayer] { get }

  /// True if the model normalises with statistics of the batch, so that transduction matters.
  var usesBatchStatistics: Bool { get }

  /// The number of layer outputs that a graph holds for one sample, for the memory estimate.
  var activationsPerSample: Double { get }

  /// The model as an embedding with a linear head; nil if it is not one.
  var embedding: (any EmbeddingModel)? { get }

  /// Outputs [T, N, outputs] for inputs [T, N, …] under parameters [T, …], which may be broadcast over T.
  func callAsFunction(_ input: Variable, _ parameters: ParameterTree<Variable>, normalisation: Normalisation) -> Variable
}

extension Model {
  public var embedding: (any EmbeddingModel)? { nil }
  public var layers: [ModelLayer] { [] }

  /// Every matrix among the parameters counts as a layer with as many outputs as it has columns.
  public var activationsPerSample: Double {
    parameters.reduce(0) { $0 + ($1.shape.rank == 2 ? Double($1.shape[1]) : 0) }
  }

  /// Fresh parameters, a pure function of (model, stream).
  public func initialParameters(from stream: RandomStream, dtype: DType = .float32) -> ParameterTree<Tensor> {
    ParameterTree(
      parameters.map { declaration in
        (declaration.name, declaration.initialiser.tensor(declaration.shape, from: stream.child(declaration.name), dtype: dtype))
      })
  }

  /// The number of scalar parameters.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.elementCount } }
}

/// Inputs or settings that a model does not support, or parameters that do not match a model.
public enum ModelError: Error, Hashable, CustomStringConvertible {
  case inputShape(model: String, expected: String, found: Shape)
  case imageTooSmall(model: String, size: Int, blocks: Int)
  case evenKernel(Int)
  case widths(text: String)
  case missingParameter(name: String)
  case unexpectedParameter(name: String)
  case parameterShape(name: String, expected: Shape, found: Shape)

  public var description: String {
    switch self {
    case .inputShape(let model, let expected, let found): "\(model) takes inputs of shape \(expected), these tasks have \(found)."
    case .imageTooSmall(let model, let size, let blocks):
      "\(model): an image of \(size) pixels is too small for \(blocks) blocks; lower model.blocks."
    case .evenKernel(let size): "model.kernel is \(size), expected an odd number, so that a filter has a middle."
    case .widths(let text): "model.hidden is '\(legible(text))', expected widths separated by commas, 40,40 for example."
    case .missingParameter(let name): "parameter '\(legible(name))' is missing from the file."
    case .unexpectedParameter(let name): "the file has a parameter '\(legible(name))' that the model does not have."
    case .parameterShape(let name, let expected, let found):
      "parameter '\(legible(name))' has shape \(found) in the file, the model expects \(expected)."
    }
  }
}

/// All models linked into this program.
public enum ModelRegistry {
  /// The registry of models; each access reads the linker section again.
  public static var all: Registry<any Model.Type> { Registry(.models) { $0.card.id } }

  /// The model with the given id.
  /// - Throws: `LookupError`, with the nearest id, if there is no such model.
  public static func type(of id: String) throws(LookupError) -> any Model.Type { try all.item(id, kind: "model") }
}
