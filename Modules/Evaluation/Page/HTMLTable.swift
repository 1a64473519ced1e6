import Registry

/// A table of text, with right-aligned columns of numbers; a wide one scrolls inside its own box.
package struct HTMLTable: Sendable, Hashable {
  /// The titles of the columns.
  package let titles: [String]
  /// The cells, row by row.
  package let rows: [[String]]
  /// What the table shows; also its name for screen readers.
  package let caption: String
  /// The columns that are aligned to the right.
  package let numericColumns: Set<Int>
  /// The column that names the rows; nil for none.
  package let nameColumn: Int?

  /// Creates a table.
  ///
  /// - Parameters:
  ///   - titles: The titles of the columns, any number but 0.
  ///   - rows: Rows of as many cells.
  ///   - caption: What the table shows.
  ///   - numericColumns: The columns that are aligned to the right; nil for all whose filled cells begin with a digit or a sign.
  ///   - nameColumn: The column that names the rows; nil for none.
  /// - Precondition: All rows have a cell for each title.
  package init(_ titles: [String], _ rows: [[String]], caption: String, numericColumns: Set<Int>? = nil, nameColumn: Int? = 0) {
    for row in rows { require(row.count == titles.count, "a row of \(row.count) cells under \(titles.count) titles") }
    (self.titles, self.rows, self.caption, self.nameColumn) = (titles, rows, caption, nameColumn)
    self.numericColumns =
      numericColumns
      ?? Set(
        titles.indices.filter { column in
          let filled = rows.map { $0[column] }.filter { !$0.isEmpty }
          return !filled.isEmpty && filled.allSatisfy { $0.first.map("+-−0123456789".contains) ?? false }
        })
  }

  var markup: String {
    let caption = HTML.escaped(caption)
    let head = titles.indices.map { "<th scope=\"col\"\(style($0))>\(HTML.escaped(titles[$0]))</th>" }.joined()
    let body = rows.map { row in
      "<tr>"
        + row.indices.map { column in
          column == nameColumn
            ? "<th scope=\"row\"\(style(column))>\(HTML.escaped(row[column]))</th>"
            : "<td\(style(column))>\(HTML.escaped(row[column]))</td>"
        }.joined() + "</tr>\n"
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(caption)"><table>
      <caption>\(caption)</caption>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(body.joined())</tbody></table></div>
      """
  }

  private func style(_ column: Int) -> String { numericColumns.contains(column) ? " class=\"number\"" : "" }
}
