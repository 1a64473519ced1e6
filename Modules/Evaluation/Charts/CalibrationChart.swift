/// A reliability diagram: the accuracy of predictions over their confidence.
///
/// - SeeAlso: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 2, <https://arxiv.org/abs/1706.04599>
package struct CalibrationChart: Chart, Hashable {
  /// The predictions whose confidence lies in a range.
  package struct Bin: Sendable, Hashable {
    /// The mean confidence, and the part of the predictions that is right; both in 0...1.
    package let confidence, accuracy: Double
    /// The number of predictions; empty bins are left out.
    package let count: Int

    package init(confidence: Double, accuracy: Double, count: Int) {
      (self.confidence, self.accuracy, self.count) = (confidence, accuracy, count)
    }
  }

  package struct Series: Sendable, Hashable {
    package let name: String
    package let bins: [Bin]

    package init(name: String, bins: [Bin]) { (self.name, self.bins) = (name, bins) }

    /// The expected calibration error, Σ count/n · |accuracy − confidence|; nil without predictions.
    package var expectedError: Double? {
      let total = bins.reduce(0) { $0 + max($1.count, 0) }
      guard total > 0 else { return nil }
      return bins.filter { $0.count > 0 }.reduce(0) { $0 + Double($1.count) / Double(total) * abs($1.accuracy - $1.confidence) }
    }
  }

  package let title: String
  package let series: [Series]

  package init(title: String, series: [Series]) { (self.title, self.series) = (title, series) }

  package var summary: String {
    let errors = series.map { "\($0.name): \($0.expectedError.map(significant) ?? "no predictions")" }
    return "Reliability diagram, accuracy over confidence. Expected calibration error of \(errors.joined(separator: "; "))."
      + " Larger marks stand for more predictions; the diagonal is perfect calibration."
  }

  package var numbers: HTMLTable {
    let rows = series.flatMap { series in
      series.bins.filter { $0.count > 0 }.map { [series.name, fixed($0.confidence, 3), fixed($0.accuracy, 3), "\($0.count)"] }
    }
    return HTMLTable(["name", "confidence", "accuracy", "predictions"], rows, caption: title, numericColumns: [1, 2, 3])
  }

  package func drawing(_ layout: ChartLayout) -> GnuplotScript {
    let largest = series.flatMap { $0.bins.map(\.count) }.max() ?? 1
    let ideal = AxisPlot.Layer(
      name: "perfect calibration", colour: ChartStyle.reference, line: ("(4,4)", 1.5), mark: nil, rows: [[0, 0], [1, 1]])
    let layers = series.enumerated().map { index, series in
      let bins = series.bins.filter { $0.count > 0 && $0.confidence.isDrawable && $0.accuracy.isDrawable }
      return AxisPlot.Layer(
        name: series.name, colour: ChartStyle.colour(index), line: (ChartStyle.dash(index), 2), mark: ChartStyle.mark(index),
        // The area of a mark grows with the number of predictions.
        rows: bins.map { [$0.confidence, $0.accuracy, 0.4 + 1.4 * (Double($0.count) / Double(largest)).squareRoot()] }, hasSizes: true)
    }
    return AxisPlot(
      title: title, xLabel: "confidence", yLabel: "accuracy", layers: layers + [ideal], includedX: [0, 1], includedY: [0, 1], isSquare: true
    ).script(layout)
  }
}
