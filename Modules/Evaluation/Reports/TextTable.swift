import Registry

/// Cells in columns, laid out for a terminal or as Markdown.
package struct TextTable {
  /// The titles of the columns; empty for a table without titles.
  package let titles: [String]
  package var rows: [[String]] = []

  package init(_ titles: [String]) { self.titles = titles }

  /// A table without titles; all columns are left-aligned.
  /// - Precondition: Rows of equal length.
  package init(rows: [[String]]) {
    titles = []
    self.rows = rows
    require(Set(rows.map(\.count)).count <= 1, "a table of rows of \(Set(rows.map(\.count)).sorted()) cells")
  }

  package mutating func append(_ row: [String]) {
    require(row.count == titles.count, "a row of \(row.count) cells under \(titles.count) titles")
    rows.append(row)
  }

  /// Columns of equal width, two spaces apart; columns of numbers are right-aligned.
  package var text: String { lines.joined(separator: "\n") + "\n" }

  /// The lines of ``text``.
  package var lines: [String] {
    let all = (titles.isEmpty ? [] : [titles]) + rows
    let widths = (all.first ?? []).indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    let numeric = widths.indices.map(isNumeric)
    return all.map { row in
      var line = row.indices.map { column -> String in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return numeric[column] ? space + row[column] : row[column] + space
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

  /// True if every cell of a titled column is empty or begins with a digit, a sign or `<`.
  private func isNumeric(_ column: Int) -> Bool {
    !titles.isEmpty
      && rows.allSatisfy { row in row[column].first.map { "+-−<0123456789".contains($0) } ?? true }
  }
}
