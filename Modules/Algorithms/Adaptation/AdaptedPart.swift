public import Models
import Registry

/// Which parameters an adaptation moves.
public enum AdaptedPart: String, Sendable, Hashable, CaseIterable {
  /// All of them.
  case all
  /// The head of an embedding model alone.
  case head
  /// All but the head of an embedding model.
  case body

  /// True where a model has such a part.
  public func suits(_ model: any Model) -> Bool {
    guard self != .all else { return true }
    guard let embedding = model.embedding else { return false }
    return model.parameters.contains { embedding.isHead($0.name) == (self == .head) }
  }

  /// The parameters of a tree that adapt; nil where all do.
  /// - Precondition: The model has such a part.
  package func names(in model: any Model) -> ((String) -> Bool)? {
    guard self != .all else { return nil }
    guard let embedding = model.embedding else { preconditionFailure("\(type(of: model).card.id) has no head to adapt") }
    return self == .head ? { embedding.isHead($0) } : { !embedding.isHead($0) }
  }
}
