/// gnuplot's SVG as an element with a title and a description, whose identifiers no other element of a page has.
struct SVGElement {
  let text: String

  /// Takes the drawing out of gnuplot's file, without the program's version and its own titles.
  init(_ file: [UInt8], _ script: GnuplotScript, id: String, _ chart: some Chart) {
    let size = (Int(script.width), Int(script.height))
    var pieces = [Self.opening(size.0, size.1, id: id, title: chart.title, summary: chart.summary)]
    var isInside = false
    var isTitle = false
    // A piece is a tag with the text behind it. gnuplot escapes "<" and "&" in text, but not ">", which XML forbids in "]]>".
    for piece in file.split(separator: UInt8(ascii: "<"), omittingEmptySubsequences: true) {
      let tag = String(decoding: piece.prefix { $0 != UInt8(ascii: ">") }, as: UTF8.self)
      if tag.hasPrefix("g id=\"gnuplot_canvas\"") { isInside = true }
      if tag == "title" { isTitle = true }
      if isInside, !isTitle, tag != "/title" {
        let text = String(decoding: piece.dropFirst(tag.utf8.count + 1), as: UTF8.self)
        let escaped = text.split(separator: ">", omittingEmptySubsequences: false).joined(separator: "&gt;")
        pieces.append("<\(Self.prefixed(tag, id))>\(escaped)")
      } else if tag == "/title" {
        isTitle = false
      }
    }
    text = pieces.joined()
  }

  /// The beginning of an element that screen readers announce as one picture.
  static func opening(_ width: Int, _ height: Int, id: String, title: String, summary: String) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="\(width)" height="\(height)" \
    viewBox="0 0 \(width) \(height)" role="img" aria-labelledby="\(id)-title \(id)-desc">
    <title id="\(id)-title">\(HTML.escaped(title))</title>
    <desc id="\(id)-desc">\(HTML.escaped(summary))</desc>

    """
  }

  /// A tag whose identifiers, and references to them, begin with a prefix.
  private static func prefixed(_ tag: String, _ id: String) -> String {
    var bytes = Array(tag.utf8)
    for start in [" id='", " id=\"", "href='#", "url(#", "href=\"#"] {
      let pattern = Array(start.utf8)
      var place = 0
      while place + pattern.count <= bytes.count {
        if bytes[place..<place + pattern.count].elementsEqual(pattern) {
          bytes.insert(contentsOf: Array("\(id)-".utf8), at: place + pattern.count)
        }
        place += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
