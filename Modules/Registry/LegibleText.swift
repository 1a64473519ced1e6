/// Text from outside the program, as a message shows it: without control characters, and shortened.
///
/// Control and format characters become escapes, `\n` and `\u{1b}` for example, so that a file cannot move the cursor or change the
/// colours of a terminal. Bytes of a path that are not UTF-8 become `\xe9` (see ``systemText(_:)``).
/// ```swift
/// legible("a\u{1b}[31m")   // a\u{1b}[31m, as 10 printable characters
/// ```
/// - Parameters:
///   - text: A name, a key or a value from a file, or a whole message.
///   - limit: The most characters (Unicode scalars) to show; nil for all.
///   - keepsLines: Whether line feeds stay, as in a message of several lines.
/// - Returns: Printable text on one line, or on several if they are kept.
package func legible(_ text: String, limit: Int? = 80, keepsLines: Bool = false) -> String {
  var result = ""
  for (place, scalar) in text.unicodeScalars.enumerated() {
    if let limit, place == limit { return "\(result)… (\(text.utf8.count) bytes)" }
    result += escaped(scalar, keepsLines: keepsLines)
  }
  return result
}

private func escaped(_ scalar: Unicode.Scalar, keepsLines: Bool) -> String {
  if let byte = systemByte(scalar) { return "\\x\(String(byte, radix: 16))" }
  switch scalar {
  case "\n": return keepsLines ? "\n" : "\\n"
  case "\r": return "\\r"
  case "\t": return "\\t"
  default: break
  }
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator: return "\\u{\(String(scalar.value, radix: 16))}"
  default: return String(scalar)
  }
}
