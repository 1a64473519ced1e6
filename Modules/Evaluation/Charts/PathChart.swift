/// Paths in the plane, with the goal of each.
package struct PathChart: Chart, Hashable {
  /// A position in the plane.
  package struct Point: Sendable, Hashable {
    package let x, y: Double

    package init(x: Double, y: Double) { (self.x, self.y) = (x, y) }
  }

  /// A path with its name.
  package struct Series: Sendable, Hashable {
    package let name: String
    package let goal: Point
    package let points: [Point]

    package init(name: String, goal: Point, points: [Point]) { (self.name, self.goal, self.points) = (name, goal, points) }

    /// The distance from the last position to the goal; nil for a path that cannot be drawn.
    package var rest: Double? {
      guard let last = points.last, last.x.isDrawable, last.y.isDrawable, goal.x.isDrawable, goal.y.isDrawable else { return nil }
      return ((last.x - goal.x) * (last.x - goal.x) + (last.y - goal.y) * (last.y - goal.y)).squareRoot()
    }
  }

  package let title: String
  package let series: [Series]

  package init(title: String, series: [Series]) { (self.title, self.series) = (title, series) }

  package var summary: String {
    let ends = series.map { "\($0.name): \($0.rest.map(significant) ?? "no finite end")" }
    return "Paths in the plane, with crosses at the goals. Distance from the last position to the goal: \(ends.joined(separator: "; "))."
  }

  package var numbers: HTMLTable {
    let rows = series.map { series in
      [series.name, "\(series.points.count)", significant(series.goal.x), significant(series.goal.y), series.rest.map(significant) ?? ""]
    }
    return HTMLTable(
      ["path", "positions", "goal x", "goal y", "distance at the end"], rows, caption: title, numericColumns: Set(1...4))
  }

  package func drawing(_ layout: ChartLayout) -> GnuplotScript {
    var goals: [Point] = []
    for own in series where !goals.contains(own.goal) { goals.append(own.goal) }
    let paths = series.enumerated().map { index, series in
      AxisPlot.Layer(
        name: series.name, colour: ChartStyle.colour(index), line: (ChartStyle.dash(index), 1.5), mark: nil,
        rows: series.points.map { [$0.x, $0.y] })
    }
    let marks = AxisPlot.Layer(name: "goals", colour: ChartStyle.axis, line: nil, mark: 2, rows: goals.map { [$0.x, $0.y] })
    var plot = AxisPlot(title: title, xLabel: "x", yLabel: "y", layers: paths + [marks])
    plot.isSquare = true
    // The same range on both axes, so that distances look alike.
    let all = (series.flatMap { $0.points + [$0.goal] }).flatMap { [$0.x, $0.y] }.filter(\.isDrawable)
    (plot.includedX, plot.includedY) = (all, all)
    return plot.script(layout)
  }
}
