#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Double {
  /// With so many digits after the point: (0.5).fixed(3) is "0.500".
  func fixed(_ digits: Int) -> String { formatted("%.\(digits)f") }

  /// With so many significant digits: (0.00012345).significant(3) is "0.000123".
  func significant(_ digits: Int) -> String { formatted("%.\(digits)g") }

  private func formatted(_ format: String) -> String {
    withVaList([self]) { list in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
        guard let base = buffer.baseAddress else { return "\(self)" }
        vsnprintf(base, buffer.count, format, list)
        return String(cString: base)
      }
    }
  }
}

extension String {
  /// Filled with spaces on the right.
  func padded(_ width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }

  /// Filled with spaces on the left.
  func indented(to width: Int) -> String { String(repeating: " ", count: Swift.max(0, width - count)) + self }
}

/// Rows with columns of equal width.
struct TextTable {
  var rows: [[String]]
  /// Columns that hold numbers and end flush.
  var flushRight: Set<Int> = []

  /// The rows as lines, two spaces between columns.
  var text: String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        if flushRight.contains(column) { return cell.indented(to: widths[column]) }
        return column == row.count - 1 ? cell : cell.padded(widths[column])
      }
      return cells.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

/// "1 h 5 min", "3 min 20 s" or "12 s".
func durationText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "?" }
  let whole = Int(seconds.rounded())
  if whole >= 3600 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
  return whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
}
