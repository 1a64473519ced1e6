/// The name and source of a registered item.
public struct Card: Sendable, Hashable {
  /// Stable name for commands, settings and records, such as "adam".
  public let id: String
  /// One line for lists.
  public let title: String
  /// Paper, section or equation, ending with a link if available.
  public let citation: String

  /// A card; no two items of a registry may share the id.
  public init(id: String, title: String, citation: String) {
    self.id = id
    self.title = title
    self.citation = citation
  }
}
