/// Cells in columns, laid out for a terminal or as Markdown.
package struct TextTable {
  /// The columns' titles; none where the columns speak for themselves.
  package let titles: [String]
  package var rows: [[String]] = []

  package init(_ titles: [String]) { self.titles = titles }

  /// A table without titles, all columns to the left.
  /// - Precondition: Rows of equal length.
  package init(rows: [[String]]) {
    titles = []
    self.rows = rows
    precondition(Set(rows.map(\.count)).count <= 1, "a table of rows of \(Set(rows.map(\.count)).sorted()) cells")
  }

  package mutating func append(_ row: [String]) {
    precondition(row.count == titles.count, "a row of \(row.count) cells under \(titles.count) titles")
    rows.append(row)
  }

  /// Columns of equal width, two spaces apart; columns of numbers to the right.
  package var text: String { lines.joined(separator: "\n") + "\n" }

  /// The lines of ``text``.
  package var lines: [String] {
    let all = (titles.isEmpty ? [] : [titles]) + rows
    let widths = (all.first ?? []).indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      var line = row.indices.map { column -> String in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return isNumeric(column) ? space + row[column] : row[column] + space
      }.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }

  /// A Markdown table; bars in cells are escaped.
  package var markdown: String {
    func line(_ cells: [String]) -> String {
      "| \(cells.map { $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }.joined(separator: " | ")) |"
    }
    let rule = titles.indices.map { isNumeric($0) ? "---:" : "---" }
    return ([line(titles), "| \(rule.joined(separator: " | ")) |"] + rows.map(line)).joined(separator: "\n") + "\n"
  }

  /// True where every cell under a title begins with a digit, a sign or nothing.
  private func isNumeric(_ column: Int) -> Bool {
    !titles.isEmpty
      && rows.allSatisfy { row in row[column].first.map { "+-−0123456789".contains($0) } ?? true }
  }
}
