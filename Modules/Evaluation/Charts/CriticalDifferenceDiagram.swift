import Registry

/// Mean ranks on a line, the best at the right; bars join names whose ranks do not differ significantly.
///
/// gnuplot has no such diagram, so this is an SVG of its own.
/// - SeeAlso: Demšar, "Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR 7, 2006, section 3.2.2, Figure 1
package struct CriticalDifferenceDiagram: Sendable, Hashable {
  package struct Entry: Sendable, Hashable {
    package let name: String
    /// The mean rank, 1 for the best.
    package let rank: Double

    package init(name: String, rank: Double) { (self.name, self.rank) = (name, rank) }
  }

  package let title: String
  /// The entries with a rank from 1 to a million, the best first.
  package let entries: [Entry]
  /// Sets of names that do not differ significantly; those of fewer than two drawn names are left out.
  package let groups: [Set<String>]
  /// The smallest significant difference of two mean ranks, drawn as a bar; nil for none.
  package let criticalDifference: Double?

  package init(title: String, entries: [Entry], groups: [Set<String>], criticalDifference: Double? = nil) {
    self.title = title
    self.entries = entries.filter { (1...1e6).contains($0.rank) }.sorted { ($0.rank, $0.name) < ($1.rank, $1.name) }
    (self.groups, self.criticalDifference) = (groups, criticalDifference)
  }

  /// The text alternative.
  package var summary: String {
    let ranks = entries.map { "\($0.name) \(fixed($0.rank, 2))" }.joined(separator: "; ")
    let joined = bars.map { bar in entries[bar.lowerBound...bar.upperBound].map(\.name).joined(separator: ", ") }
    return "Critical-difference diagram of mean ranks, 1 is best. \(ranks)."
      + (joined.isEmpty ? "" : " No significant difference within: \(joined.joined(separator: "; ")).")
      + (criticalDifference.map { " Critical difference: \(fixed($0, 2))." } ?? "")
  }

  /// The diagram on a card, for narrow and for wide screens.
  package func html(id: String) -> HTML {
    let narrow = HTML(markup: "<div class=\"narrow\">\(svg(.narrow, id: "\(id)-narrow"))</div>")
    let wide = HTML(markup: "<div class=\"wide\">\(svg(.wide, id: "\(id)-wide"))</div>")
    return .figure(title, [narrow, wide])
  }

  /// The content of an SVG file.
  package var file: String { #"<?xml version="1.0" encoding="utf-8"?>"# + "\n" + svg(.file, id: "chart") + "\n" }

  /// The groups as ranges of places in ``entries``, the widest of overlapping ones only.
  private var bars: [ClosedRange<Int>] {
    let ranges = groups.compactMap { group -> ClosedRange<Int>? in
      let places = entries.indices.filter { group.contains(entries[$0].name) }
      guard places.count >= 2, let first = places.first, let last = places.last else { return nil }
      return first...last
    }
    let kept = Set(ranges).filter { range in
      !ranges.contains { $0 != range && $0.contains(range.lowerBound) && $0.contains(range.upperBound) }
    }
    return kept.sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
  }

  private func svg(_ layout: ChartLayout, id: String) -> String {
    var drawing = DiagramDrawing(layout)
    let names = entries.map { entry in
      (ChartText.fitted(entry.name, layout.isNarrow ? 110 : 240, layout.fontSize), fixed(entry.rank, 2))
    }
    let room = names.map { ChartText.width("\($0.0) \($0.1)", layout.fontSize) }.max() ?? 0
    let (left, right) = (20.0, layout.width - room - 26)
    let last = max(entries.map(\.rank).max() ?? 1, Double(entries.count), 2).rounded(.up)
    func x(_ rank: Double) -> Double { right - (rank - 1) / (last - 1) * (right - left) }

    var y = layout.hasTitle ? layout.line * 1.5 : 4
    if layout.hasTitle {
      drawing.text(ChartText.fitted(title, layout.width - 8, layout.fontSize), layout.width / 2, layout.line * 0.75, "middle")
    }
    if let criticalDifference, criticalDifference.isDrawable, criticalDifference > 0 {
      let end = min(left + criticalDifference / (last - 1) * (right - left), layout.width - 4)
      drawing.text("critical difference \(fixed(criticalDifference, 2))", left, y + layout.line / 2, "start")
      y += layout.line + 5
      drawing.bracket(left, end, y)
      y += 12
    }
    drawing.text("mean rank", left - 16, y + layout.line / 2, "start")
    y += layout.line
    let every = max(1, Int((last - 1) / ((right - left) / 24)) + 1)
    for rank in stride(from: 1, through: Int(last), by: every) {
      drawing.text("\(rank)", x(Double(rank)), y + layout.line / 2, "middle")
      drawing.line(x(Double(rank)), y + layout.line, x(Double(rank)), y + layout.line + 6, ChartStyle.axis, 1)
    }
    y += layout.line + 6
    drawing.line(x(last), y, x(1), y, ChartStyle.text, 1.5)

    let barRows = DiagramDrawing.rows(bars)
    let first = y + 12 + Double((barRows.max() ?? -1) + 1) * 12 + layout.line / 2
    for (index, entry) in entries.enumerated() {
      let height = first + Double(index) * (layout.line + 4)
      drawing.path([(x(entry.rank), y), (x(entry.rank), height), (right + 14, height)], ChartStyle.axis)
      drawing.text(names[index].0, right + 20, height, "start")
      drawing.text(names[index].1, layout.width - 4, height, "end")
    }
    for (bar, row) in zip(bars, barRows) {
      let height = y + 12 + Double(row) * 12
      drawing.line(x(entries[bar.upperBound].rank) - 5, height, x(entries[bar.lowerBound].rank) + 5, height, ChartStyle.colour(0), 5)
    }
    let bottom = first + Double(max(entries.count - 1, 0)) * (layout.line + 4) + layout.line
    return drawing.element(height: bottom, id: id, title: title, summary: summary)
  }
}
