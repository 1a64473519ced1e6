/// What an algorithm is called, where it comes from, and what its meta-gradient is.
public struct AlgorithmCard: Sendable, Hashable {
  /// Stable name for commands and records, "maml" for example.
  public let id: String
  /// One line for a list.
  public let title: String
  /// Paper, section or equation, with a link.
  public let citation: String
  /// What ``Algorithm/metaGradient(_:_:_:_:)`` returns; the contract suite checks the declaration.
  public let metaGradient: MetaGradientKind

  /// Fills in a card.
  public init(id: String, title: String, citation: String, metaGradient: MetaGradientKind) {
    self.id = id
    self.title = title
    self.citation = citation
    self.metaGradient = metaGradient
  }
}

/// What an algorithm's meta-gradient is a gradient of.
public enum MetaGradientKind: String, Sendable, Hashable, CaseIterable {
  /// The derivative of the meta-objective, through every adaptation step.
  case exact
  /// The derivative of the query loss at the adapted parameters, adaptation taken as a fixed offset.
  case firstOrder = "first-order"
  /// Initial minus adapted parameters.
  case displacement
  /// Nothing is meta-learned.
  case none
}
