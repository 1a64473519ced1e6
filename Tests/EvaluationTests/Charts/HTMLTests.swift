import Evaluation
import Testing

@Suite struct HTMLTests {
  private let shown = "&lt;script&gt;&amp;&quot;&#39;\\n@$1"

  /// A page with the unusual name at each place that takes a text.
  private var page: String {
    let name = unusualName
    let cell = DifferenceMatrix.Cell(difference: 1, text: name, isSignificant: true)
    let content: [HTML] = [
      .paragraph(name), .lead(name), .note(name), .heading(name), .code(name, label: name), .list([name]),
      .definitions([(term: name, value: name)]), .table(HTMLTable([name, name], [[name, name]], caption: name)),
      .details(name, [.paragraph(name)]), .figure(name, [.paragraph(name)]),
      DifferenceMatrix(title: name, names: [name, "b"], cells: [[nil, cell], [nil, nil]], largerIsBetter: true).html,
      CriticalDifferenceDiagram(title: name, entries: [.init(name: name, rank: 1)], groups: []).html(id: "ranks"),
      .chart(ForestPlot(title: name, rows: [.init(name: name, mean: 1, text: name)], label: name), id: "forest", gnuplot: gnuplot),
    ]
    return HTMLPage(
      title: name, subtitle: name, introduction: content, sections: [.init(name, [.heading(name)]), .init(name, [])], footer: name
    ).text
  }

  @Test func `unusual names are text at every place of a page`() {
    #expect(Markup(page: page).isWellFormed)
    #expect(!page.contains("<script") && !page.contains("\u{1b}") && !page.contains("javascript:"))
    #expect(page.contains("<h1>a_b^c \(shown)") && page.contains("aria-label=\"a_b^c \(shown)"))
    let ids = values(of: "id", in: page)
    #expect(ids.count == Set(ids).count && ids.contains("section-2"))
  }

  @Test func `code keeps its lines, and no other control character`() {
    #expect(HTML.code("a <\r\nb\n\tc").text.hasSuffix("<code>a &lt;\nb\n\\tc</code></pre>"))
    #expect(HTML.escaped("a\nb\u{202e}\u{ffff}") == "a\\nb\\u{202e}\u{fffd}")
  }

  @Test func `a missing or failing gnuplot leaves the numbers, and the reason`() {
    let chart = ForestPlot(title: "loss", rows: [.init(name: "maml", mean: 1, text: "1.0 ± 0.5")], label: "loss")
    let text = HTML.chart(chart, id: "forest", gnuplot: nil).text
    #expect(text.contains("This chart is not drawn: gnuplot was not found") && text.contains("1.0 ± 0.5"))
    #expect(!text.contains("<svg") && !text.contains("<details>"))
  }

  @Test func `a column of numbers is aligned to the right`() {
    let text = HTML.table(HTMLTable(["name", "loss"], [["a", "1.0 ± 0.5"], ["b", ""], ["c", "-"]], caption: "t")).text
    #expect(text.contains("<th scope=\"col\">name</th><th scope=\"col\" class=\"number\">loss</th>"))
    #expect(text.contains("<th scope=\"row\">a</th><td class=\"number\">1.0 ± 0.5</td>"))
  }
}
