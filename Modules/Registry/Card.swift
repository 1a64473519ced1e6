/// What a registered item is called and where it comes from.
public struct Card: Sendable, Hashable {
  /// Stable name for commands, settings and records, "adam" for example.
  public let id: String
  /// One line for a list.
  public let title: String
  /// Paper, section or equation, with a link at the end where there is one.
  public let citation: String

  /// Fills in a card.
  public init(id: String, title: String, citation: String) {
    self.id = id
    self.title = title
    self.citation = citation
  }
}
