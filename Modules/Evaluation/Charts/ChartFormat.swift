/// A kind of file that gnuplot draws.
package enum ChartFormat: String, Sendable, Hashable, CaseIterable {
  /// Lines and text as XML.
  case svg
  /// Pixels, two for each pixel of the drawing.
  case png
  /// A page of the drawing's size.
  case pdf

  /// gnuplot's command for a drawing's size; text is shown as it is, without markup.
  func terminal(_ script: GnuplotScript) -> String {
    let (width, height, size) = (Int(script.width), Int(script.height), Int(script.fontSize))
    return switch self {
    case .svg: "set terminal svg noenhanced size \(width),\(height) fixed font 'sans-serif,\(size)' background rgb 'white' butt"
    case .png:
      "set terminal pngcairo noenhanced size \(2 * width),\(2 * height) font 'sans-serif,\(size)' fontscale 1.5 linewidth 2 "
        + "pointscale 2 background rgb 'white' butt"
    case .pdf:
      // A pixel is 1/96 inch, and text is measured in points of 1/72 inch.
      "set terminal pdfcairo noenhanced size \(script.width / 96)in,\(script.height / 96)in font 'sans-serif,\(size)' fontscale 0.75 "
        + "background rgb 'white' butt"
    }
  }
}

extension Gnuplot {
  /// A chart as the content of a file of its own.
  ///
  /// Equal charts give equal bytes as SVG and PNG. A PDF contains the time.
  /// - Throws: ``GnuplotError``, if the program cannot be started or refuses its commands.
  package func file(_ chart: some Chart, _ format: ChartFormat) throws(GnuplotError) -> [UInt8] {
    let script = chart.drawing(.file)
    let bytes = try run(format.terminal(script) + "\n" + script.text)
    guard format == .svg else { return bytes }
    let header = #"<?xml version="1.0" encoding="utf-8"?>"# + "\n"
    return Array((header + SVGElement(bytes, script, id: "chart", chart).text).utf8)
  }

  /// A chart as an element of a page.
  ///
  /// - Parameters:
  ///   - chart: The chart.
  ///   - layout: Its width and text.
  ///   - id: The beginning of all identifiers in the element: letters, digits and hyphens, once on the page.
  /// - Returns: The markup of the element.
  /// - Throws: ``GnuplotError``, if the program cannot be started or refuses its commands.
  package func element(_ chart: some Chart, _ layout: ChartLayout, id: String) throws(GnuplotError) -> String {
    let script = chart.drawing(layout)
    return try SVGElement(run(ChartFormat.svg.terminal(script) + "\n" + script.text), script, id: id, chart).text
  }
}
