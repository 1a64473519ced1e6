public import Autograd

/// A model that ends in one linear layer, its head: what the layers before it compute is an embedding.
///
/// Metric learners compare embeddings; others adapt the head or the body alone.
public protocol EmbeddingModel: Model {
  /// The name of the head's layer: its parameters are "<headLayer>.weight", [width, outputs], and "<headLayer>.bias", [outputs].
  var headLayer: String { get }

  /// The number of features that the head sees.
  var embeddingWidth: Int { get }

  /// What the head sees, [T, N, width], for inputs [T, N, …].
  func features(_ input: Variable, _ parameters: ParameterTree<Variable>, normalisation: Normalisation) -> Variable
}

extension EmbeddingModel {
  public var embedding: (any EmbeddingModel)? { self }

  public func callAsFunction(_ input: Variable, _ parameters: ParameterTree<Variable>, normalisation: Normalisation) -> Variable {
    logits(features(input, parameters, normalisation: normalisation), parameters)
  }

  /// The head's outputs, [T, N, outputs], for features [T, N, width].
  public func logits(_ features: Variable, _ parameters: ParameterTree<Variable>) -> Variable { features.linear(parameters, headLayer) }

  /// True for the head's own parameters.
  public func isHead(_ parameter: String) -> Bool { parameter.hasPrefix("\(headLayer).") }
}
