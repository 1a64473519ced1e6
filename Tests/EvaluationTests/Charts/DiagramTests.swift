import Evaluation
import Testing

@Suite struct DiagramTests {
  /// The colours of a matrix of three names, row by row; nil for a cell without.
  private func colours(_ differences: [Double?]) -> [String?] {
    let cells = differences.map { $0.map { DifferenceMatrix.Cell(difference: $0, text: "x", isSignificant: false) } }
    let matrix = DifferenceMatrix(
      title: "t", names: ["a", "b", "c"], cells: [Array(cells[0..<3]), Array(cells[3..<6]), Array(cells[6..<9])], largerIsBetter: true)
    // The first piece is what precedes the table's head, the second is its empty corner.
    return matrix.html.text.components(of: "<td").dropFirst(2).map { cell in
      cell.contains("background:") ? String(cell.drop { $0 != ":" }.dropFirst().prefix { $0 != "\"" }) : nil
    }
  }

  @Test func `what is no difference has no colour, and larger differences have stronger ones`() {
    let found = colours([nil, 0, .nan, 1, nil, 4, .infinity, -1, nil])
    #expect(found[0] == nil && found[1] == nil && found[2] == nil && found[4] == nil && found[6] == nil && found[8] == nil)
    // 255 − (255 − 127) · (0.12 + 0.88 · ¼) = 211.48.
    #expect(found[3] == "rgb(211,233,246)" && found[5] == "rgb(127,189,228)" && found[7] == "rgb(251,227,207)")
  }

  @Test func `a difference that is not significant has neither a star nor bold text`() {
    let cell = DifferenceMatrix.Cell(difference: 1, text: "<1>", isSignificant: false)
    let text = DifferenceMatrix(title: "t", names: ["a", "b"], cells: [[nil, cell], [nil, nil]], largerIsBetter: true).html.text
    #expect(text.contains(">&lt;1&gt;</td>") && !text.contains("<strong>"))
  }

  private func diagram(_ ranks: [Double], groups: [Set<String>] = []) -> CriticalDifferenceDiagram {
    let names = ["a", "b", "c", "d", "e"]
    return CriticalDifferenceDiagram(title: "ranks", entries: zip(names, ranks).map { .init(name: $0, rank: $1) }, groups: groups)
  }

  @Test(arguments: [[], [1], [1, 1, 1], [.nan, 2, .infinity], [1, 1e6], [1e30, -1e30, 1, 0]]) func `any ranks give a diagram`(
    ranks: [Double]
  ) {
    let file = diagram(ranks, groups: [["a", "b", "c"]]).file
    #expect(Markup(file).isWellFormed)
    #expect(!file.contains("nan") && !file.contains("inf"))
  }

  @Test func `ranks below 1 or above a million are left out`() {
    #expect(diagram([1e30, -1e30, 1, 0.5, 2]).entries.map(\.name) == ["c", "e"])
  }

  @Test func `five names are in the order of their ranks, the best at the right`() throws {
    let diagram = diagram([5, 3.5, 1, 2, 3.5], groups: [["c", "d"], ["d", "b", "e"], ["b", "e"]])
    #expect(diagram.entries.map(\.name) == ["c", "d", "b", "e", "a"])
    #expect(diagram.summary.contains("No significant difference within: c, d; d, b, e."))
    let markup = Markup(diagram.file)
    #expect(markup.texts.suffix(10) == ["c", "1.00", "d", "2.00", "b", "3.50", "e", "3.50", "a", "5.00"])
    // Two bars, in rows of their own because both have d.
    let bars = diagram.file.components(of: "<line").filter { $0.contains("stroke-width=\"5.0\"") }
    #expect(bars.count == 2 && Set(bars.flatMap { values(of: "y1", in: $0) }).count == 2)
    // The lines from the axis to the names begin at the ranks, larger ones further left.
    let starts = diagram.file.components(of: "<polyline").dropFirst().compactMap { line in
      values(of: "points", in: line).first.flatMap { Double($0.prefix { $0 != "," }) }
    }
    #expect(starts.count == 5 && starts == starts.sorted(by: >) && Set(starts).count == 4)
  }
}

extension String {
  /// The pieces between the occurrences of a text.
  fileprivate func components(of separator: String) -> [String] {
    split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }
}
