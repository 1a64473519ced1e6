public import Autograd

/// A model whose last layer is a linear head; the layers before it compute an embedding.
///
/// Metric learners compare embeddings. Other algorithms adapt only the head or only the body.
public protocol EmbeddingModel: Model {
  /// The name of the head; its parameters are "<headLayer>.weight", [width, outputs], and "<headLayer>.bias", [outputs].
  var headLayer: String { get }

  /// The number of features, which are the head's inputs.
  var embeddingWidth: Int { get }

  /// The features, [T, N, width], of inputs [T, N, …].
  func features(_ input: Variable, _ parameters: ParameterTree<Variable>, normalisation: Normalisation) -> Variable
}

extension EmbeddingModel {
  public var embedding: (any EmbeddingModel)? { self }

  public func callAsFunction(_ input: Variable, _ parameters: ParameterTree<Variable>, normalisation: Normalisation) -> Variable {
    logits(features(input, parameters, normalisation: normalisation), parameters)
  }

  /// The head's outputs, [T, N, outputs], for features [T, N, width].
  public func logits(_ features: Variable, _ parameters: ParameterTree<Variable>) -> Variable { features.linear(parameters, headLayer) }

  /// True if the parameter belongs to the head.
  public func isHead(_ parameter: String) -> Bool { parameter.hasPrefix("\(headLayer).") }
}
