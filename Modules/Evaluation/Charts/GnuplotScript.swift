/// Commands for gnuplot; positions are pixels from the upper left corner.
///
/// Text from outside appears only in quotation marks and with octal escapes, so that no character of it means anything to gnuplot;
/// numbers appear only if they are finite.
package struct GnuplotScript: Sendable, Hashable {
  /// The size of the drawing in pixels.
  package let width, height: Double
  /// The size of all text in pixels.
  package let fontSize: Double
  private var commands: [String] = []
  private var blocks = 0
  private var plots: [String] = []

  /// How text lies to its position.
  enum Alignment: String { case left, center, right }

  init(_ layout: ChartLayout, height: Double) {
    (width, self.height, fontSize) = (layout.width, height.rounded(), layout.fontSize)
    add("set encoding utf8")
    add("set decimalsign '.'")
    add("unset key")
    add("unset border")
    add("unset tics")
  }

  /// The commands as lines: the settings, the data, the plot.
  var text: String {
    // A plot needs a function, even if there is nothing to draw.
    (commands + ["plot \((plots + ["NaN notitle"]).joined(separator: ", \\\n  "))"]).joined(separator: "\n") + "\n"
  }

  mutating func add(_ command: String) { commands.append(command) }

  /// A line of text, its middle at a height.
  mutating func label(_ text: String, _ x: Double, _ y: Double, _ alignment: Alignment = .left, colour: String = ChartStyle.text) {
    add("set label \(Self.quoted(text)) at \(place(x, y)) \(alignment.rawValue) front textcolor rgb '\(colour)'")
  }

  /// A straight line.
  mutating func line(
    _ x: Double, _ y: Double, to endX: Double, _ endY: Double, colour: String, width: Double = 1, dash: String = "1", isFront: Bool = true
  ) {
    add(
      "set arrow from \(place(x, y)) to \(place(endX, endY)) nohead \(isFront ? "front" : "back") "
        + "linecolor rgb '\(colour)' linewidth \(width) dashtype \(dash)")
  }

  /// A mark.
  mutating func mark(_ x: Double, _ y: Double, colour: String, type: Int, size: Double = 0.8) {
    add("set label '' at \(place(x, y)) front point pointtype \(type) pointsize \(size) linecolor rgb '\(colour)'")
  }

  /// The rectangle of the plot, which the data's coordinates refer to.
  mutating func frame(left: Double, top: Double, right: Double, bottom: Double) {
    add("set lmargin at screen \(left / width)")
    add("set rmargin at screen \(right / width)")
    add("set tmargin at screen \(1 - top / height)")
    add("set bmargin at screen \(1 - bottom / height)")
  }

  /// Rows of numbers as a data block, and its name; a row with a number that cannot be drawn is a gap.
  mutating func data(_ rows: [[Double]]) -> String {
    blocks += 1
    let name = "$data\(blocks)"
    let lines = rows.map { $0.allSatisfy(\.isDrawable) ? $0.map { "\($0)" }.joined(separator: " ") : "" }
    add(([("\(name) << END")] + lines + ["END"]).joined(separator: "\n"))
    return name
  }

  /// Draws data, over all that was added before; `style` is all that follows the name in gnuplot's command.
  ///
  /// Nothing is drawn without a row of numbers, which gnuplot would refuse.
  mutating func plot(_ rows: [[Double]], _ style: String) {
    guard rows.contains(where: { $0.allSatisfy(\.isDrawable) }) else { return }
    plots.append("\(data(rows)) \(style) notitle")
  }

  /// A text in quotation marks, on one line; all ASCII characters but letters and spaces are octal escapes.
  ///
  /// Digits are escapes, too, because gnuplot counts all that follow to an escape. Single quotation marks would need no escapes, but
  /// gnuplot refuses them before a text that begins with one itself.
  static func quoted(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in ChartText.printable(text).unicodeScalars {
      if !scalar.isASCII || scalar == " " || scalar.properties.isAlphabetic {
        result.append(scalar)
      } else {
        let digits = String(scalar.value, radix: 8)
        result.append(contentsOf: ("\\" + String(repeating: "0", count: 3 - digits.count) + digits).unicodeScalars)
      }
    }
    return "\"\(String(result))\""
  }

  private func place(_ x: Double, _ y: Double) -> String { "screen \(x / width), screen \(1 - y / height)" }
}
