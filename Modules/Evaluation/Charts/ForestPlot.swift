/// Means with their intervals, one row for each name, and a line for a reference such as chance.
package struct ForestPlot: Chart, Hashable {
  package struct Row: Sendable, Hashable {
    package let name: String
    /// The mean; a number that cannot be drawn leaves the row without a mark.
    package let mean: Double
    /// The ends of the interval; nil for none.
    package let low, high: Double?
    /// The numbers as the table prints them.
    package let text: String

    package init(name: String, mean: Double, low: Double? = nil, high: Double? = nil, text: String) {
      (self.name, self.mean, self.low, self.high, self.text) = (name, mean, low, high, text)
    }
  }

  /// A value to compare with.
  package struct Reference: Sendable, Hashable {
    package let name: String
    package let value: Double

    package init(name: String, value: Double) { (self.name, self.value) = (name, value) }
  }

  package let title: String
  package let rows: [Row]
  /// The name of the axis with its unit, as in "accuracy (%)".
  package let label: String
  package let reference: Reference?

  package init(title: String, rows: [Row], label: String, reference: Reference? = nil) {
    (self.title, self.rows, self.label, self.reference) = (title, rows, label, reference)
  }

  package var summary: String {
    let values = rows.map { "\($0.name): \($0.text)" }.joined(separator: "; ")
    return "Forest plot of \(label), means with intervals. \(values)."
      + (reference.map { " The dashed line is \($0.name), \(significant($0.value))." } ?? "")
  }

  package var numbers: HTMLTable {
    HTMLTable(["name", label], rows.map { [$0.name, $0.text] }, caption: title, numericColumns: [1])
  }

  package func drawing(_ layout: ChartLayout) -> GnuplotScript {
    let size = layout.fontSize
    let isNarrow = layout.isNarrow
    let textWidth = min(rows.map { ChartText.width(ChartText.printable($0.text), size) }.max() ?? 0, isNarrow ? 190 : 240)
    let nameWidth = isNarrow ? layout.width - textWidth - 20 : min(rows.map { ChartText.width($0.name, size) }.max() ?? 0, 220)
    let left = isNarrow ? 22 : nameWidth + 24
    let right = isNarrow ? layout.width - 22 : layout.width - textWidth - 24
    let titleHeight = layout.hasTitle ? layout.line * 1.5 : 0
    let top = titleHeight + (reference == nil ? 4 : layout.line + 2)
    let rowHeight = isNarrow ? 2 * layout.line + 4 : layout.line + 9
    let bottom = top + Double(max(rows.count, 1)) * rowHeight + 4
    var script = GnuplotScript(layout, height: bottom + 2 * layout.line + 12)
    if layout.hasTitle { script.label(ChartText.fitted(title, layout.width - 8, size), layout.width / 2, titleHeight / 2, .center) }

    let values = rows.flatMap { [$0.mean, $0.low ?? $0.mean, $0.high ?? $0.mean] } + (reference.map { [$0.value] } ?? [])
    let axis = ChartAxis(values, margin: 0.05, most: isNarrow ? 5 : 7)
    script.frame(left: left, top: top, right: right, bottom: bottom)
    script.add("set border 1 back linecolor rgb '\(ChartStyle.axis)'")
    script.add("set grid xtics back linecolor rgb '\(ChartStyle.grid)' linetype 1")
    for command in axis.commands("x") + ["set yrange [\(bottom):\(top)]"] { script.add(command) }
    script.label(ChartText.fitted(label, layout.width - 8, size), right, bottom + layout.line * 1.5 + 8, .right)

    var lines: [[Double]] = []
    var marks: [[Double]] = []
    for (index, row) in rows.enumerated() {
      let start = top + Double(index) * rowHeight + 2
      let textHeight = start + (isNarrow ? layout.line / 2 + 1 : rowHeight / 2)
      let height = isNarrow ? start + layout.line * 1.5 : textHeight
      script.label(ChartText.fitted(row.name, nameWidth, size), 4, textHeight)
      script.label(ChartText.fitted(row.text, textWidth + 1, size), layout.width - 4, textHeight, .right)
      marks.append([row.mean, height])
      if let low = row.low, let high = row.high { lines.append([row.mean, height, low, high]) }
    }
    if let reference, reference.value.isDrawable { draw(reference, axis, left, right, top, bottom, layout, in: &script) }
    script.plot(
      lines.filter { $0.allSatisfy(\.isDrawable) },
      "using 1:2:3:4 with xerrorbars linecolor rgb '\(ChartStyle.colour(0))' linewidth 2 pointtype 0")
    script.plot(marks, "using 1:2 with points linecolor rgb '\(ChartStyle.colour(0))' pointtype 7 pointsize 1")
    return script
  }

  /// The dashed line, and its name above it, within the drawing.
  private func draw(
    _ reference: Reference, _ axis: ChartAxis, _ left: Double, _ right: Double, _ top: Double, _ bottom: Double, _ layout: ChartLayout,
    in script: inout GnuplotScript
  ) {
    let x = left + (reference.value - axis.low) / (axis.high - axis.low) * (right - left)
    let name = ChartText.fitted("\(reference.name) \(significant(reference.value))", layout.width - 8, layout.fontSize)
    let half = ChartText.width(name, layout.fontSize) / 2
    script.line(x, top, to: x, bottom, colour: ChartStyle.reference, width: 1.5, dash: "(5,4)", isFront: false)
    script.label(name, min(max(x, half + 4), layout.width - half - 4), top - layout.line / 2 - 2, .center)
  }
}
