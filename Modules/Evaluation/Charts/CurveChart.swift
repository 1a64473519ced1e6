/// Curves over an axis, with bands: learning curves, adaptation curves, and the history of a learned hyperparameter.
package struct CurveChart: Chart, Hashable {
  /// A value at a place, and the band there.
  package struct Point: Sendable, Hashable {
    package let x, y: Double
    /// The ends of the band, such as the lowest and highest seed or a confidence interval; nil for none.
    package let low, high: Double?

    package init(x: Double, y: Double, low: Double? = nil, high: Double? = nil) {
      (self.x, self.y, self.low, self.high) = (x, y, low, high)
    }
  }

  /// A curve with its name; the points are in the order of x.
  package struct Series: Sendable, Hashable {
    package let name: String
    package let points: [Point]

    package init(name: String, points: [Point]) { (self.name, self.points) = (name, points) }
  }

  package let title: String
  package let series: [Series]
  package let xLabel, yLabel: String
  /// What the bands show, as in "the lowest and highest of 5 seeds"; nil without bands.
  package let bandMeaning: String?
  /// Whether equal distances on the axis are equal ratios; values that are not positive are left out.
  package let hasLogarithmicX, hasLogarithmicY: Bool

  package init(
    title: String, series: [Series], xLabel: String, yLabel: String, bandMeaning: String? = nil, hasLogarithmicX: Bool = false,
    hasLogarithmicY: Bool = false
  ) {
    (self.title, self.series, self.xLabel, self.yLabel) = (title, series, xLabel, yLabel)
    (self.bandMeaning, self.hasLogarithmicX, self.hasLogarithmicY) = (bandMeaning, hasLogarithmicX, hasLogarithmicY)
  }

  package var summary: String {
    let ends = series.map { series -> String in
      let points = series.points.filter { $0.y.isDrawable }
      guard let first = points.first, let last = points.last else { return "\(series.name): no finite values" }
      return "\(series.name): from \(significant(first.y)) at \(significant(first.x)) to \(significant(last.y)) at \(significant(last.x))"
    }
    return "Line chart of \(yLabel) over \(xLabel). \(ends.joined(separator: "; "))."
      + (bandMeaning.map { " The bands show \($0)." } ?? "")
  }

  /// One row for each x, at most 25 of them, evenly chosen with the first and the last.
  package var numbers: HTMLTable {
    let all = Set(series.flatMap { $0.points.map(\.x).filter(\.isDrawable) }).sorted()
    let (last, most) = (all.count - 1, 25)
    let chosen = all.count <= most ? all : (0..<most).map { all[$0 * last / (most - 1)] }
    let tables = series.map { Dictionary($0.points.map { ($0.x, $0) }, uniquingKeysWith: { first, _ in first }) }
    let rows = chosen.map { x in
      [significant(x)]
        + tables.map { points in
          guard let point = points[x] else { return "" }
          guard let low = point.low, let high = point.high else { return significant(point.y) }
          return "\(significant(point.y)) [\(significant(low)), \(significant(high))]"
        }
    }
    let part = all.count <= most ? "" : " (\(most) of \(all.count) points)"
    return HTMLTable([xLabel] + series.map(\.name), rows, caption: "\(title): \(yLabel)\(part)", numericColumns: Set(0...series.count))
  }

  package func drawing(_ layout: ChartLayout) -> GnuplotScript {
    let layers = series.enumerated().map { index, series in
      AxisPlot.Layer(
        name: series.name, colour: ChartStyle.colour(index), line: (ChartStyle.dash(index), 2),
        mark: series.points.count <= 15 ? ChartStyle.mark(index) : nil, rows: series.points.map { [$0.x, $0.y] },
        band: series.points.contains { $0.low != nil && $0.high != nil }
          ? series.points.map { [$0.x, $0.low ?? .nan, $0.high ?? .nan] } : [])
    }
    return AxisPlot(
      title: title, xLabel: xLabel, yLabel: yLabel, layers: layers, hasLogarithmicX: hasLogarithmicX, hasLogarithmicY: hasLogarithmicY
    ).script(layout)
  }
}
