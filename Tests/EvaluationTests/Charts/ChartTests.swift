import Evaluation
import Foundation
import Testing
import _TestSupport

#if canImport(FoundationXML)
import FoundationXML
#endif

/// A name with everything that means something to gnuplot, SVG or HTML.
let unusualName = "a_b^c <script>&\"'\\n@$1 {/Bold x}\n\u{1b}[31m%s 列"

/// gnuplot, if it is installed.
let gnuplot = try? Gnuplot()

/// Whether a text is well-formed XML.
func isWellFormed(_ text: String) -> Bool { XMLParser(data: Data(text.utf8)).parse() }

/// The values of an attribute in a markup, in their order.
func values(of attribute: String, in text: String) -> [String] {
  text.components(separatedBy: " \(attribute)=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
}

@Suite(.enabled(if: gnuplot != nil, "gnuplot is not installed")) struct ChartTests {
  private static func forest(_ rows: [ForestPlot.Row]) -> ForestPlot {
    ForestPlot(title: "loss", rows: rows, label: "loss", reference: .init(name: "chance", value: 2))
  }

  private static func curves(_ points: [CurveChart.Point], isLogarithmic: Bool = false) -> CurveChart {
    CurveChart(
      title: "curves", series: [.init(name: "maml", points: points), .init(name: unusualName, points: points)], xLabel: "steps",
      yLabel: "loss", bandMeaning: "95% intervals", hasLogarithmicY: isLogarithmic)
  }

  private func svg(_ chart: some Chart, _ layout: ChartLayout = .wide) throws -> String {
    try #require(gnuplot).element(chart, layout, id: "chart")
  }

  @Test(arguments: [ChartLayout.narrow, .wide, .file]) func `unusual names are text, and nothing else`(layout: ChartLayout) throws {
    let text = try svg(Self.forest([.init(name: unusualName, mean: 1, low: 0.5, high: 1.5, text: "1 ± 0.5")]), layout)
    #expect(isWellFormed(text))
    #expect(!text.contains("<script") && !text.contains("\u{1b}"))
    #expect(text.contains("&lt;script&gt;&amp;"))
    #expect(isWellFormed(try svg(Self.curves([.init(x: 0, y: 1), .init(x: 1, y: 2)]), layout)))
  }

  @Test func `numbers that cannot be drawn are left out`() throws {
    let points: [CurveChart.Point] = [
      .init(x: 0, y: 3), .init(x: 1, y: .nan), .init(x: 2, y: .infinity), .init(x: 3, y: -1e300), .init(x: 4, y: 1, low: .nan, high: 2),
    ]
    let text = try svg(Self.curves(points))
    #expect(isWellFormed(text))
    #expect(!text.lowercased().contains("nan") && !text.contains("e+300"))
    #expect(isWellFormed(try svg(Self.curves(points, isLogarithmic: true))))
  }

  @Test(arguments: [[], [1.0], [.nan, .infinity], [2, 2, 2], [1e30, -1e30], [0, 1e-30]]) func `any values give a chart`(values: [Double])
    throws
  {
    for layout in [ChartLayout.narrow, .wide] {
      let rows = values.map { ForestPlot.Row(name: "a", mean: $0, low: $0 - 1, high: $0 + 1, text: "\($0)") }
      #expect(isWellFormed(try svg(Self.forest(rows), layout)))
      #expect(isWellFormed(try svg(Self.curves(values.enumerated().map { .init(x: Double($0), y: $1) }), layout)))
    }
  }

  @Test func `equal charts give equal bytes, without a date`() throws {
    let chart = Self.curves([.init(x: 0, y: 1, low: 0.5, high: 2), .init(x: 1, y: 2, low: 1, high: 3)])
    #expect(try svg(chart) == svg(chart))
    #expect(try !svg(chart).contains("20\(Calendar.current.component(.year, from: Date()) % 100)-"))
  }

  @Test func `a chart has a title and a description for those who cannot see it`() throws {
    let text = try svg(Self.forest([.init(name: "maml", mean: 1, low: 0.5, high: 1.5, text: "1.0 ± 0.5")]))
    #expect(text.contains("role=\"img\"") && text.contains("<title") && text.contains("maml: 1.0 ± 0.5"))
  }

  @Test func `a chart is a file of each format`() throws {
    let chart = Self.curves([.init(x: 0, y: 1), .init(x: 1, y: 2)])
    let gnuplot = try #require(gnuplot)
    #expect(String(decoding: try gnuplot.file(chart, .svg).prefix(5), as: UTF8.self) == "<?xml")
    #expect(Array(try gnuplot.file(chart, .png).prefix(4)) == [0x89, 0x50, 0x4e, 0x47])
    #expect(String(decoding: try gnuplot.file(chart, .pdf).prefix(5), as: UTF8.self) == "%PDF-")
  }

  @Test func `zero is no negative zero`() throws {
    let text = try svg(Self.curves([.init(x: -0.4, y: -0.4), .init(x: 1, y: 1)]))
    #expect(!text.contains(">-0<") && !text.contains(">-0 <"))
  }

  @Test func `a wrong command is an error with gnuplot's message`() throws {
    #expect(throws: GnuplotError.self) { try #require(gnuplot).run("plot nonsense(") }
    #expect(throws: GnuplotError.missing) { try Gnuplot(searchPath: "") }
  }
}

@Suite struct DrawnByUsTests {
  private func cell(_ difference: Double) -> DifferenceMatrix.Cell {
    .init(difference: difference, text: "\(difference)", isSignificant: true)
  }

  /// Blue is rgb(127,189,228), orange is rgb(242,174,114): the largest difference has the full colour.
  @Test(arguments: [true, false]) func `the better row is blue, the worse one orange`(largerIsBetter: Bool) {
    let matrix = DifferenceMatrix(
      title: "differences", names: ["a", "b"], cells: [[nil, cell(2)], [cell(-2), nil]], largerIsBetter: largerIsBetter)
    let cells = matrix.html.text.components(separatedBy: "<td").filter { $0.contains("background") }
    #expect(cells.count == 2)
    #expect(cells[largerIsBetter ? 0 : 1].contains("rgb(127,189,228)") && cells[largerIsBetter ? 1 : 0].contains("rgb(242,174,114)"))
    #expect(cells[0].contains("<strong>2.0 *</strong>"))
  }

  @Test func `the diagram of critical differences joins what does not differ`() {
    let names = ["a", "b", "c", "d", unusualName]
    let diagram = CriticalDifferenceDiagram(
      title: "ranks", entries: names.enumerated().map { .init(name: $1, rank: Double($0) + 1) },
      groups: [["a", "b"], ["b", "c", "d"], ["a"]],
      criticalDifference: 2.5)
    #expect(diagram.summary.contains("No significant difference within: a, b; b, c, d."))
    #expect(isWellFormed(diagram.file) && !diagram.file.contains("<script"))
  }
}
