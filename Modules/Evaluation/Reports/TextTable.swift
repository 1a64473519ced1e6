/// Cells under column titles, laid out for a terminal or as Markdown.
package struct TextTable {
  package let titles: [String]
  package var rows: [[String]] = []

  package init(_ titles: [String]) { self.titles = titles }

  package mutating func append(_ row: [String]) {
    precondition(row.count == titles.count, "a row of \(row.count) cells under \(titles.count) titles")
    rows.append(row)
  }

  /// Columns of equal width, two spaces apart; columns of numbers to the right.
  package var text: String {
    let all = [titles] + rows
    let widths = titles.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    let lines = all.map { row in
      var line = row.indices.map { column -> String in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return isNumeric(column) ? space + row[column] : row[column] + space
      }.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A Markdown table; bars in cells are escaped.
  package var markdown: String {
    func line(_ cells: [String]) -> String {
      "| \(cells.map { $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }.joined(separator: " | ")) |"
    }
    let rule = titles.indices.map { isNumeric($0) ? "---:" : "---" }
    return ([line(titles), "| \(rule.joined(separator: " | ")) |"] + rows.map(line)).joined(separator: "\n") + "\n"
  }

  /// True where every cell of a column begins with a digit, a sign or nothing.
  private func isNumeric(_ column: Int) -> Bool {
    rows.allSatisfy { row in row[column].first.map { "+-−0123456789".contains($0) } ?? true }
  }
}
