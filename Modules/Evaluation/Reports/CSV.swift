/// Rows of text fields as comma-separated values.
///
/// A field with a comma, a quotation mark or a line break is quoted, and its quotation marks are doubled. Lines end with a line feed.
/// - SeeAlso: RFC 4180, <https://www.rfc-editor.org/rfc/rfc4180>
package enum CSV {
  /// The content of a file; the separator is one byte, such as a comma or a semicolon.
  package static func text(_ rows: [[String]], separator: Character = ",") -> String {
    rows.map { $0.map { field($0, separator) }.joined(separator: String(separator)) + "\n" }.joined()
  }

  private static func field(_ text: String, _ separator: Character) -> String {
    let special = Array(String(separator).utf8) + [0x22, 0x0a, 0x0d]
    guard text.utf8.contains(where: special.contains) else { return text }
    return "\"\(text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
  }
}
