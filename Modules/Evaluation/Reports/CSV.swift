/// Rows of text fields as comma-separated values.
///
/// A field with a comma, a quotation mark or a line break is quoted, and its quotation marks are doubled. Lines end with a line feed.
/// - SeeAlso: RFC 4180, <https://www.rfc-editor.org/rfc/rfc4180>
package enum CSV {
  /// The content of a file.
  package static func text(_ rows: [[String]]) -> String { rows.map { $0.map(field).joined(separator: ",") + "\n" }.joined() }

  private static func field(_ text: String) -> String {
    guard text.utf8.contains(where: { [0x2c, 0x22, 0x0a, 0x0d].contains($0) }) else { return text }
    return "\"\(text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
  }
}
