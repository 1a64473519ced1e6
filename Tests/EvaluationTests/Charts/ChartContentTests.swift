import Evaluation
import Foundation
import Testing
import _TestSupport

/// What stands in a drawing.
@Suite(.enabled(if: gnuplot != nil, "gnuplot is not installed")) struct ChartContentTests {
  private func texts(_ chart: some Chart, _ layout: ChartLayout) throws -> [String] {
    let markup = Markup(try #require(gnuplot).element(chart, layout, id: "chart"))
    #expect(markup.isWellFormed)
    return markup.texts.map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private func forest(_ names: [String], text: String = "1") -> ForestPlot {
    ForestPlot(title: "loss", rows: names.map { .init(name: $0, mean: 1, low: 0, high: 2, text: text) }, label: "loss")
  }

  private func curves(_ points: [CurveChart.Point], title: String = "curves", label: String = "loss") -> CurveChart {
    CurveChart(title: title, series: [.init(name: "maml", points: points)], xLabel: "steps", yLabel: label)
  }

  @Test(arguments: [
    "it's", "''", "100%", "a_b^c", "@x", "$1 ${x}", "`date`", "# 1", "%s %d", "{/Bold x}", "a\\", "\\", "<b>&amp;", "]]>", "列", "\"q\"",
  ]) func `a text is shown as it is`(text: String) throws {
    for layout in [ChartLayout.narrow, .wide, .file] {
      #expect(try texts(forest([text]), layout).contains(text))
      #expect(try texts(forest(["a"], text: text), layout).contains(text))
      #expect(try texts(curves([.init(x: 0, y: 1), .init(x: 1, y: 2)], label: text), layout).contains(text))
    }
  }

  @Test(arguments: ["`touch made`", "'; system('touch made') #", "'\nsystem('touch made')\n#", "@made \\\nsystem('touch made')"])
  func `no text is a command`(text: String) throws {
    let path = "\(FileManager.default.currentDirectoryPath)/made"
    try #require(!FileManager.default.fileExists(atPath: path))
    let points = [CurveChart.Point(x: 0, y: 1), .init(x: 1, y: 2)]
    let chart = CurveChart(
      title: text, series: [.init(name: text, points: points)], xLabel: text, yLabel: text, bandMeaning: text)
    for layout in [ChartLayout.narrow, .file] {
      _ = try texts(chart, layout)
      _ = try texts(forest([text], text: text), layout)
    }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `a chart without finite values says so`() throws {
    #expect(try texts(curves([.init(x: 0, y: .nan), .init(x: 1, y: .infinity)]), .wide).contains("no finite values"))
    #expect(try !texts(curves([.init(x: 0, y: .nan), .init(x: 1, y: 1)]), .wide).contains("no finite values"))
    let chart = curves([.init(x: 0, y: .nan)])
    #expect(chart.summary.contains("maml: no finite values"))
  }

  @Test func `the table of a curve has the points that are drawn`() {
    let chart = curves([.init(x: 0, y: 3), .init(x: 1, y: .nan), .init(x: .nan, y: 1), .init(x: .infinity, y: 1), .init(x: 2, y: 1)])
    #expect(chart.numbers.rows == [["0", "3.000"], ["1.000", "-"], ["2.000", "1.000"]])
    let many = curves((0...1000).map { .init(x: Double($0), y: 1) }).numbers
    #expect(many.rows.count == 25 && many.rows.first?[0] == "0" && many.rows.last?[0] == "1000")
    #expect(many.caption == "curves: loss (25 of 1001 points)")
  }

  @Test(arguments: [ChartLayout.narrow, .wide]) func `long names that differ at their end stay different`(layout: ChartLayout) throws {
    let name = "maml inner.learningRate=0.00000000000000000000000000"
    let drawn = try texts(forest(["\(name)1", "\(name)2"]), layout).filter { $0.hasPrefix("maml") }
    #expect(drawn.count == 2 && Set(drawn).count == 2 && drawn.allSatisfy { $0.contains("…") }, "\(drawn)")
  }

  @Test func `a long title is cut to the drawing's width`() throws {
    let title = String(repeating: "a long title ", count: 20)
    #expect(try texts(curves([.init(x: 0, y: 1)], title: title), .file).contains { $0.hasPrefix("a long") && $0.contains("…") })
    let forest = ForestPlot(title: title, rows: [.init(name: "a", mean: 1, text: "1")], label: "loss")
    #expect(try texts(forest, .file).contains { $0.hasPrefix("a long") && $0.contains("…") })
  }

  /// The width is in bytes 16 to 19 of a PNG file (PNG specification, section 11.2.1).
  @Test func `a PNG file has two pixels for each of the drawing, and equal bytes`() throws {
    let gnuplot = try #require(gnuplot)
    let bytes = try gnuplot.file(forest(["a"]), .png)
    #expect(bytes[16..<20].reduce(0) { $0 << 8 | Int($1) } == 2 * Int(ChartLayout.file.width))
    #expect(try bytes == gnuplot.file(forest(["a"]), .png))
    #expect(try gnuplot.file(forest(["a"]), .svg) == gnuplot.file(forest(["a"]), .svg))
  }
}
