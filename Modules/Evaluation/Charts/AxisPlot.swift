/// A plot with two axes: a legend above it, then the name of the y axis, the plot, its ticks, and the name of the x axis.
struct AxisPlot {
  /// One curve, or one set of points.
  struct Layer {
    var name: String
    var colour: String
    /// The dash and the width of the line; nil for points alone.
    var line: (dash: String, width: Double)?
    var mark: Int?
    /// Rows of x and y, and with ``hasSizes`` the size of the mark.
    var rows: [[Double]]
    /// Rows of x, low and high; empty for a curve without a band.
    var band: [[Double]] = []
    var hasSizes = false
  }

  var title: String
  var xLabel: String
  var yLabel: String
  var layers: [Layer]
  var hasLogarithmicX = false
  var hasLogarithmicY = false
  /// Values that the axes include besides the data's.
  var includedX: [Double] = []
  var includedY: [Double] = []
  var isSquare = false

  func script(_ layout: ChartLayout) -> GnuplotScript {
    let drawn = layers.map(filtered)
    let legend = ChartLegend(
      drawn.map { ChartLegend.Entry(name: $0.name, colour: $0.colour, line: $0.line, mark: $0.mark) }, layout)
    let xs = includedX + drawn.flatMap { ($0.rows + $0.band).filter { $0.allSatisfy(\.isDrawable) }.map { $0[0] } }
    let ys =
      includedY + drawn.flatMap { layer in (layer.rows.map { [$0[1]] } + layer.band.map { Array($0[1...]) }).flatMap { $0 } }
    let y = ChartAxis(ys, isLogarithmic: hasLogarithmicY, margin: isSquare ? 0 : 0.05, most: 7)
    let left = y.labelWidth(layout.fontSize) + 14
    let right = layout.width - 18
    let most = max(2, Int((right - left) / (layout.isNarrow ? 58 : 80)))
    let x = ChartAxis(xs, isLogarithmic: hasLogarithmicX, margin: isSquare ? 0 : 0.02, most: most)
    let titleHeight = layout.hasTitle ? layout.line * 1.5 : 0
    let top = titleHeight + legend.height + layout.line + 8
    let plotHeight = isSquare ? min(right - left, 380) : layout.isNarrow ? 200 : 300
    let edge = isSquare ? left + plotHeight : right
    let bottom = top + plotHeight
    var script = GnuplotScript(layout, height: bottom + 2 * layout.line + 12)
    if layout.hasTitle {
      script.label(ChartText.fitted(title, layout.width - 8, layout.fontSize), layout.width / 2, titleHeight / 2, .center)
    }
    legend.draw(in: &script, top: titleHeight)
    script.label(ChartText.fitted(yLabel, layout.width - 8, layout.fontSize), 4, titleHeight + legend.height + layout.line / 2)
    script.label(
      ChartText.fitted(xLabel, layout.width - 8, layout.fontSize), edge, bottom + layout.line * 1.5 + 8, .right)
    script.frame(left: left, top: top, right: edge, bottom: bottom)
    script.add("set border 3 back linecolor rgb '\(ChartStyle.axis)'")
    script.add("set grid back linecolor rgb '\(ChartStyle.grid)' linetype 1")
    for command in x.commands("x") + y.commands("y") { script.add(command) }
    for layer in drawn {
      script.plot(layer.band, "using 1:2:3 with filledcurves fillcolor rgb '\(layer.colour)' fillstyle transparent solid 0.18 noborder")
    }
    for layer in drawn { draw(layer, in: &script) }
    if xs.allSatisfy({ !$0.isDrawable }) || ys.allSatisfy({ !$0.isDrawable }) {
      script.label("no finite values", (left + edge) / 2, (top + bottom) / 2, .center)
    }
    return script
  }

  private func draw(_ layer: Layer, in script: inout GnuplotScript) {
    let colour = "linecolor rgb '\(layer.colour)'"
    if let line = layer.line {
      script.plot(layer.rows, "using 1:2 with lines \(colour) linewidth \(line.width) dashtype \(line.dash)")
    }
    if let mark = layer.mark {
      let style = layer.hasSizes ? "using 1:2:3 with points pointsize variable" : "using 1:2 with points pointsize 0.8"
      script.plot(layer.rows, "\(style) pointtype \(mark) \(colour)")
    }
  }

  /// The layer with gaps where a logarithmic axis has no place.
  private func filtered(_ layer: Layer) -> Layer {
    func kept(_ row: [Double]) -> [Double] {
      let isOutside = (hasLogarithmicX && row[0] < 1e-30) || (hasLogarithmicY && row[1...].contains { $0 < 1e-30 })
      return isOutside ? row.map { _ in .nan } : row
    }
    var layer = layer
    layer.rows = layer.rows.map { row in
      // The size of a mark is no coordinate.
      layer.hasSizes ? (kept(Array(row[..<2])) + [row[2]]) : kept(row)
    }
    layer.band = layer.band.map(kept)
    return layer
  }
}
