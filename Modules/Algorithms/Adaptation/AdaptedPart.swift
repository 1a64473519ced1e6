public import Models
import Registry

/// Which parameters an adaptation moves.
public enum AdaptedPart: String, Sendable, Hashable, CaseIterable {
  /// All parameters.
  case all
  /// Only the head of an embedding model.
  case head
  /// All parameters except the head of an embedding model.
  case body

  /// True if the model has this part.
  public func suits(_ model: any Model) -> Bool {
    guard self != .all else { return true }
    guard let embedding = model.embedding else { return false }
    return model.parameters.contains { embedding.isHead($0.name) == (self == .head) }
  }

  /// A predicate for the names of the parameters that adapt; nil if all do.
  /// - Precondition: The model has this part.
  package func names(in model: any Model) -> ((String) -> Bool)? {
    guard self != .all else { return nil }
    guard let embedding = model.embedding else { fatalError("\(type(of: model).card.id) has no head to adapt") }
    return self == .head ? { embedding.isHead($0) } : { !embedding.isHead($0) }
  }
}
