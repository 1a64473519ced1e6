/// Lines and text as SVG.
struct DiagramDrawing {
  private let layout: ChartLayout
  private var shapes: [String] = []

  init(_ layout: ChartLayout) { self.layout = layout }

  /// The lowest free row for each range, so that ranges in a row do not touch.
  static func rows(_ ranges: [ClosedRange<Int>]) -> [Int] {
    var ends: [Int] = []
    return ranges.map { range in
      let row = ends.firstIndex { $0 < range.lowerBound } ?? ends.count
      if row == ends.count { ends.append(range.upperBound) } else { ends[row] = range.upperBound }
      return row
    }
  }

  /// A line of text, its middle at a height; `anchor` is "start", "middle" or "end".
  mutating func text(_ text: String, _ x: Double, _ y: Double, _ anchor: String) {
    shapes.append(
      "<text x=\"\(pixels(x))\" y=\"\(pixels(y + layout.fontSize * 0.35))\" text-anchor=\"\(anchor)\">\(HTML.escaped(text))</text>")
  }

  mutating func line(_ x: Double, _ y: Double, _ endX: Double, _ endY: Double, _ colour: String, _ width: Double) {
    shapes.append(
      "<line x1=\"\(pixels(x))\" y1=\"\(pixels(y))\" x2=\"\(pixels(endX))\" y2=\"\(pixels(endY))\" stroke=\"\(colour)\" stroke-width=\"\(width)\"/>"
    )
  }

  mutating func path(_ points: [(Double, Double)], _ colour: String) {
    let places = points.map { "\(pixels($0.0)),\(pixels($0.1))" }.joined(separator: " ")
    shapes.append("<polyline points=\"\(places)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.2\"/>")
  }

  /// A horizontal line with ends, which shows a length.
  mutating func bracket(_ x: Double, _ end: Double, _ y: Double) {
    line(x, y, end, y, ChartStyle.text, 1.5)
    for place in [x, end] { line(place, y - 4, place, y + 4, ChartStyle.text, 1.5) }
  }

  func element(height: Double, id: String, title: String, summary: String) -> String {
    let (width, height) = (Int(layout.width), Int(height.rounded(.up)))
    return SVGElement.opening(width, height, id: id, title: title, summary: summary)
      + "<rect width=\"\(width)\" height=\"\(height)\" fill=\"#ffffff\"/>\n"
      + "<g font-family=\"sans-serif\" font-size=\"\(Int(layout.fontSize))\" fill=\"\(ChartStyle.text)\">\n\(shapes.joined(separator: "\n"))\n</g>\n</svg>"
  }

  private func pixels(_ value: Double) -> String { fixed(value, 1) }
}
