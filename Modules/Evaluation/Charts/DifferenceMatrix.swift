import Registry

/// Paired differences of all pairs of names, as a table whose colours show sign and size.
///
/// A table, not a drawing: it is legible on a telephone with any number of names, because it scrolls inside its own box.
package struct DifferenceMatrix: Sendable, Hashable {
  /// The difference of a row's name and a column's.
  package struct Cell: Sendable, Hashable {
    /// Row minus column.
    package let difference: Double
    /// The number as text, with its interval if there is one.
    package let text: String
    /// Whether the interval or the test excludes 0.
    package let isSignificant: Bool

    package init(difference: Double, text: String, isSignificant: Bool) {
      (self.difference, self.text, self.isSignificant) = (difference, text, isSignificant)
    }
  }

  package let title: String
  package let names: [String]
  /// The cells, row by row; nil on the diagonal and where there is no difference to show.
  package let cells: [[Cell?]]
  /// Whether larger scores are better: blue is for better rows, orange for worse ones.
  package let largerIsBetter: Bool

  /// - Precondition: As many rows, and cells in each row, as names.
  package init(title: String, names: [String], cells: [[Cell?]], largerIsBetter: Bool) {
    require(
      cells.count == names.count && cells.allSatisfy { $0.count == names.count },
      "rows of \(cells.map(\.count)) differences for \(names.count) names")
    (self.title, self.names, self.cells, self.largerIsBetter) = (title, names, cells, largerIsBetter)
  }

  /// The table on a card, with a sentence that explains it.
  package var html: HTML {
    let largest = cells.joined().compactMap { $0?.difference }.filter(\.isDrawable).map { abs($0) }.max() ?? 0
    let title = HTML.escaped(title)
    let head = names.map { "<th scope=\"col\">\(HTML.escaped($0))</th>" }.joined()
    let body = names.indices.map { row in
      "<tr><th scope=\"row\">\(HTML.escaped(names[row]))</th>\(cells[row].map { markup($0, largest) }.joined())</tr>\n"
    }
    let table = """
      <div class="scroll matrix" tabindex="0" role="region" aria-label="\(title)"><table>
      <thead><tr><td></td>\(head)</tr></thead>
      <tbody>
      \(body.joined())</tbody></table></div>
      """
    let meaning = HTML.paragraph(
      "Row minus column. Blue: the row is better; orange: it is worse; the stronger the colour, the larger the difference. "
        + "Bold with a star: the difference is significant.")
    return .figure(self.title, [HTML(markup: table), meaning])
  }

  private func markup(_ cell: Cell?, _ largest: Double) -> String {
    guard let cell else { return "<td>–</td>" }
    let text = HTML.escaped(cell.text)
    let content = cell.isSignificant ? "<strong>\(text) *</strong>" : text
    guard cell.difference.isDrawable, cell.difference != 0, largest > 0 else { return "<td>\(content)</td>" }
    let isBetter = (cell.difference > 0) == largerIsBetter
    return "<td style=\"background:\(Self.shade(isBetter, abs(cell.difference) / largest))\">\(content)</td>"
  }

  /// A tint of the palette's blue or orange; the strongest is pale enough for black text.
  private static func shade(_ isBetter: Bool, _ part: Double) -> String {
    let full: [Double] = isBetter ? [0x7f, 0xbd, 0xe4] : [0xf2, 0xae, 0x72]
    return "rgb(\(full.map { "\(Int((255 - (255 - $0) * (0.12 + 0.88 * part)).rounded()))" }.joined(separator: ",")))"
  }
}
