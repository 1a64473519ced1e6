/// A piece of a page; text from outside is escaped when a piece is made.
package struct HTML: Sendable, Hashable {
  /// The markup.
  package let text: String

  init(markup: String) { text = markup }

  /// A paragraph.
  package static func paragraph(_ text: String) -> HTML { HTML(markup: "<p>\(escaped(text))</p>") }

  /// A paragraph that stands out, such as the answer of a report.
  package static func lead(_ text: String) -> HTML { HTML(markup: "<p class=\"lead\">\(escaped(text))</p>") }

  /// A remark in a box, such as a warning.
  package static func note(_ text: String) -> HTML { HTML(markup: "<p class=\"note\" role=\"note\">\(escaped(text))</p>") }

  /// A heading within a section.
  package static func heading(_ text: String) -> HTML { HTML(markup: "<h3>\(escaped(text))</h3>") }

  /// Lines as they are, such as a command; long lines scroll inside their box.
  package static func code(_ text: String, label: String = "Command") -> HTML {
    let lines = escaped(text, keepsLines: true)
    return HTML(markup: "<pre tabindex=\"0\" role=\"region\" aria-label=\"\(escaped(label))\"><code>\(lines)</code></pre>")
  }

  /// Points of a list.
  package static func list(_ points: [String]) -> HTML {
    HTML(markup: "<ul>\n\(points.map { "<li>\(escaped($0))</li>\n" }.joined())</ul>")
  }

  /// Terms with their values, such as settings.
  package static func definitions(_ entries: [(term: String, value: String)]) -> HTML {
    let lines = entries.map { "<div><dt>\(escaped($0.term))</dt><dd>\(escaped($0.value))</dd></div>\n" }
    return HTML(markup: "<dl>\n\(lines.joined())</dl>")
  }

  /// A table.
  package static func table(_ table: HTMLTable) -> HTML { HTML(markup: table.markup) }

  /// Text behind a line that opens it; left out on paper.
  package static func details(_ line: String, _ content: [HTML]) -> HTML {
    HTML(markup: "<details><summary>\(escaped(line))</summary>\n\(content.map(\.text).joined(separator: "\n"))\n</details>")
  }

  /// Text as the content of an element or an attribute in quotation marks; control characters become visible escapes.
  ///
  /// - Parameters:
  ///   - text: Any text.
  ///   - keepsLines: Whether line feeds stay; otherwise they become `\n`.
  /// - Returns: Text without markup.
  package static func escaped(_ text: String, keepsLines: Bool = false) -> String {
    guard keepsLines else { return escapedLine(text) }
    return text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map { escapedLine(String($0)) }.joined(
      separator: "\n")
  }

  private static func escapedLine(_ text: String) -> String {
    var result = ""
    for scalar in ChartText.printable(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
