/// A drawing of numbers by gnuplot.
///
/// A chart holds plain names and numbers. Numbers that cannot be drawn (see ``Swift/Double/isDrawable``) are left out.
package protocol Chart: Sendable {
  /// What the chart shows, in a few words.
  var title: String { get }
  /// The text alternative for readers who cannot see the chart: its kind, and its most important numbers.
  var summary: String { get }
  /// The numbers that the chart shows.
  var numbers: HTMLTable { get }

  /// The commands that draw the chart.
  func drawing(_ layout: ChartLayout) -> GnuplotScript
}

/// The width of a drawing and the size of its text.
package struct ChartLayout: Sendable, Hashable {
  /// The width in pixels.
  package let width: Double
  /// The size of all text in pixels.
  package let fontSize: Double
  /// Whether the title is part of the drawing; on a page, it stands above it.
  package let hasTitle: Bool

  /// For telephones: drawn as wide as the screen, 320 pixels or more.
  package static let narrow = ChartLayout(width: 320, fontSize: 13, hasTitle: false)
  /// For a page on a computer's screen or on paper.
  package static let wide = ChartLayout(width: 760, fontSize: 14, hasTitle: false)
  /// For a file of its own.
  package static let file = ChartLayout(width: 760, fontSize: 14, hasTitle: true)

  /// Whether names need a line of their own.
  var isNarrow: Bool { width < 500 }
  /// The height of a line of text in pixels.
  var line: Double { fontSize + 7 }
}

extension Double {
  /// Whether a chart can show the number: neither infinite nor NaN, and not so large that differences overflow.
  package var isDrawable: Bool { isFinite && abs(self) <= 1e30 }
}
