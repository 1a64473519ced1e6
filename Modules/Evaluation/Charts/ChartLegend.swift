/// Samples of lines and marks with their names, in as many rows as they need, so that nothing overlaps.
struct ChartLegend {
  struct Entry {
    let name: String
    let colour: String
    /// The dash and the width of the sample line; nil for none.
    let line: (dash: String, width: Double)?
    let mark: Int?
  }

  private let layout: ChartLayout
  private let placed: [(entry: Entry, name: String, x: Double, row: Int)]

  private static let sample = 30.0
  private static let gap = 18.0

  init(_ entries: [Entry], _ layout: ChartLayout, left: Double = 4) {
    self.layout = layout
    let room = layout.width - left - 4
    var placed: [(entry: Entry, name: String, x: Double, row: Int)] = []
    var (x, row) = (left, 0)
    for entry in entries {
      let name = ChartText.fitted(entry.name, room - Self.sample - 6, layout.fontSize)
      let width = Self.sample + 6 + ChartText.width(name, layout.fontSize)
      if x > left, x + width > left + room { (x, row) = (left, row + 1) }
      placed.append((entry, name, x, row))
      x += width + Self.gap
    }
    self.placed = placed
  }

  /// The height in pixels; 0 without entries.
  var height: Double { placed.last.map { Double($0.row + 1) * layout.line } ?? 0 }

  /// Draws the legend below a height.
  func draw(in script: inout GnuplotScript, top: Double) {
    for (entry, name, x, row) in placed {
      let y = top + (Double(row) + 0.5) * layout.line
      if let line = entry.line {
        script.line(x, y, to: x + Self.sample, y, colour: entry.colour, width: line.width, dash: line.dash)
      }
      if let mark = entry.mark { script.mark(x + Self.sample / 2, y, colour: entry.colour, type: mark) }
      script.label(name, x + Self.sample + 6, y)
    }
  }
}
