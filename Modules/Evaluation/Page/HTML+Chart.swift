extension HTML {
  /// A chart with its title and a table of its numbers; without gnuplot, a sentence takes the place of the drawing.
  ///
  /// The drawing is there twice: for narrow screens, and for wide ones and paper. The style shows one of them.
  /// - Parameters:
  ///   - chart: The chart.
  ///   - id: The beginning of the drawing's identifiers: letters, digits and hyphens, once on the page.
  ///   - gnuplot: The program; nil if it is missing.
  /// - Returns: A figure.
  package static func chart(_ chart: some Chart, id: String, gnuplot: Gnuplot?) -> HTML {
    let drawing: HTML
    let isDrawn: Bool
    do throws(GnuplotError) {
      guard let gnuplot else { throw .missing }
      let narrow = try gnuplot.element(chart, .narrow, id: "\(id)-narrow")
      let wide = try gnuplot.element(chart, .wide, id: "\(id)-wide")
      drawing = HTML(markup: "<div class=\"narrow\">\(narrow)</div>\n<div class=\"wide\">\(wide)</div>")
      isDrawn = true
    } catch {
      drawing = note("This chart is not drawn: \(error)")
      isDrawn = false
    }
    let numbers = isDrawn ? details("Numbers", [table(chart.numbers)]) : table(chart.numbers)
    return figure(chart.title, [drawing, numbers])
  }

  /// Content under a title, on a card.
  package static func figure(_ title: String, _ content: [HTML]) -> HTML {
    HTML(markup: "<figure>\n<figcaption>\(escaped(title))</figcaption>\n\(content.map(\.text).joined(separator: "\n"))\n</figure>")
  }
}
