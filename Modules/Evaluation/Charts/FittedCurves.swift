/// The curves that a model fits to one task after several numbers of steps, over the true function and the given points.
package struct FittedCurves: Chart, Hashable {
  package struct Point: Sendable, Hashable {
    package let x, y: Double

    package init(x: Double, y: Double) { (self.x, self.y) = (x, y) }
  }

  /// The predictions after a number of steps; 0 for those before adaptation.
  package struct Curve: Sendable, Hashable {
    package let steps: Int
    package let points: [Point]

    package init(steps: Int, points: [Point]) { (self.steps, self.points) = (steps, points) }

    var name: String { steps == 0 ? "before" : steps == 1 ? "after 1 step" : "after \(steps) steps" }
  }

  package let title: String
  /// The true function, in the order of x.
  package let truth: [Point]
  /// The support set.
  package let given: [Point]
  package let curves: [Curve]
  package let xLabel, yLabel: String

  package init(title: String, truth: [Point], given: [Point], curves: [Curve], xLabel: String = "x", yLabel: String = "y") {
    (self.title, self.truth, self.given, self.curves) = (title, truth, given, curves)
    (self.xLabel, self.yLabel) = (xLabel, yLabel)
  }

  package var summary: String {
    let errors = curves.compactMap { curve in deviation(curve).map { "\(curve.name) \(significant($0))" } }
    return
      "Line chart of the true function, \(given.count) given points, and the fitted curves \(curves.map(\.name).joined(separator: ", "))."
      + (errors.isEmpty ? "" : " Mean squared distance to the true function: \(errors.joined(separator: "; ")).")
  }

  package var numbers: HTMLTable {
    HTMLTable(
      ["curve", "mean squared distance to the true function"],
      curves.map { [$0.name, deviation($0).map(significant) ?? "-"] }, caption: title, numericColumns: [1])
  }

  package func drawing(_ layout: ChartLayout) -> GnuplotScript {
    func rows(_ points: [Point]) -> [[Double]] { points.map { [$0.x, $0.y] } }
    let layers =
      [AxisPlot.Layer(name: "true function", colour: "#A9A9A9", line: ("1", 5), mark: nil, rows: rows(truth))]
      + curves.enumerated().map { index, curve in
        AxisPlot.Layer(
          name: curve.name, colour: ChartStyle.colour(index), line: (ChartStyle.dash(curves.count - 1 - index), 2), mark: nil,
          rows: rows(curve.points))
      } + [AxisPlot.Layer(name: "given points", colour: "#000000", line: nil, mark: 7, rows: rows(given))]
    return AxisPlot(title: title, xLabel: xLabel, yLabel: yLabel, layers: layers).script(layout)
  }

  /// The mean squared distance to the true function at the places that both have; nil without such places.
  private func deviation(_ curve: Curve) -> Double? {
    let truth = Dictionary(truth.map { ($0.x, $0.y) }, uniquingKeysWith: { first, _ in first })
    let squares = curve.points.compactMap { point in truth[point.x].map { ($0 - point.y) * ($0 - point.y) } }
    return squares.isEmpty ? nil : squares.reduce(0, +) / Double(squares.count)
  }
}
