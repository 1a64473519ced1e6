import Foundation

#if canImport(FoundationXML)
import FoundationXML
#endif

/// A markup as XML: whether it is well-formed, and the text of each element named "text".
final class Markup: NSObject, XMLParserDelegate {
  private(set) var isWellFormed = false
  private(set) var texts: [String] = []
  private var isInText = false

  init(_ text: String) {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    isWellFormed = parser.parse()
  }

  /// A page, whose elements without content become XML's.
  convenience init(page: String) {
    let lines = page.components(separatedBy: "\n").map { line in
      line.hasPrefix("<meta ") ? line.replacingOccurrences(of: ">", with: "/>") : line
    }
    self.init(lines.filter { $0 != "<!DOCTYPE html>" }.joined(separator: "\n"))
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]
  ) {
    guard name == "text" else { return }
    isInText = true
    texts.append("")
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    if name == "text" { isInText = false }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    if isInText { texts[texts.count - 1] += text }
  }
}
