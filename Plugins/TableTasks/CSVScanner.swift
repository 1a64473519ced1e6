/// Splits the bytes of a CSV file into cells.
///
/// Rows end with LF or CRLF; the last row may lack it. A quoted cell may contain separators, line ends and doubled quotes. Blank lines are
/// skipped, but counted as rows.
/// - SeeAlso: RFC 4180, <https://www.rfc-editor.org/rfc/rfc4180>
package struct CSVScanner {
  /// One cell, without its quotes.
  package struct Cell {
    /// The bytes in the file; doubled quotes are still doubled.
    package let bytes: UnsafeBufferPointer<UInt8>
    /// True if the bytes contain doubled quotes.
    package let hasEscapes: Bool
    /// True for the last cell of a row.
    package let endsRow: Bool
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let separator: UInt8
  /// The next byte to read.
  package private(set) var position: Int
  /// The number of the row to which the next cell belongs; the header is row 1.
  package private(set) var row: Int
  /// True if the next cell is the first one of its row.
  private var startsRow = true

  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  /// Starts at a position, which is the beginning of a row.
  package init(_ bytes: UnsafeBufferPointer<UInt8>, separator: UInt8, position: Int = 0, row: Int = 1) {
    self.bytes = bytes
    self.separator = separator
    self.position = position
    self.row = row
  }

  /// The next cell; nil after the last row.
  ///
  /// - Throws: ``TableError/unterminatedQuote(row:)`` or ``TableError/textAfterQuote(row:)``.
  package mutating func next() throws(TableError) -> Cell? {
    if startsRow {
      skipBlankLines()
      if position == bytes.count { return nil }
    }
    startsRow = false
    if position < bytes.count, bytes[position] == Self.quote { return try quoted() }
    let start = position
    var end = start
    while end < bytes.count, bytes[end] != separator, bytes[end] != Self.lineFeed { end += 1 }
    let endsRow = end == bytes.count || bytes[end] == Self.lineFeed
    position = end
    if endsRow, end > start, bytes[end - 1] == Self.carriageReturn { end -= 1 }
    finish(endsRow)
    return Cell(bytes: UnsafeBufferPointer(rebasing: bytes[start..<end]), hasEscapes: false, endsRow: endsRow)
  }

  /// Reads a cell that begins with a quote.
  private mutating func quoted() throws(TableError) -> Cell {
    let start = position + 1
    var end = start
    var hasEscapes = false
    while true {
      while end < bytes.count, bytes[end] != Self.quote { end += 1 }
      if end == bytes.count { throw .unterminatedQuote(row: row) }
      guard end + 1 < bytes.count, bytes[end + 1] == Self.quote else { break }
      hasEscapes = true
      end += 2
    }
    position = end + 1
    if position + 1 < bytes.count, bytes[position] == Self.carriageReturn, bytes[position + 1] == Self.lineFeed { position += 1 }
    if position + 1 == bytes.count, bytes[position] == Self.carriageReturn { position += 1 }
    let endsRow = position == bytes.count || bytes[position] == Self.lineFeed
    guard endsRow || bytes[position] == separator else { throw .textAfterQuote(row: row) }
    finish(endsRow)
    return Cell(bytes: UnsafeBufferPointer(rebasing: bytes[start..<end]), hasEscapes: hasEscapes, endsRow: endsRow)
  }

  /// Steps over the separator or line end that follows a cell.
  private mutating func finish(_ endsRow: Bool) {
    if position < bytes.count { position += 1 }
    guard endsRow else { return }
    startsRow = true
    row += 1
  }

  private mutating func skipBlankLines() {
    while position < bytes.count {
      if bytes[position] == Self.lineFeed {
        position += 1
      } else if bytes[position] == Self.carriageReturn, position + 1 == bytes.count || bytes[position + 1] == Self.lineFeed {
        position = min(position + 2, bytes.count)
      } else {
        return
      }
      row += 1
    }
  }
}

extension CSVScanner.Cell {
  /// The content with single quotes for doubled ones.
  package var content: [UInt8] {
    guard hasEscapes else { return Array(bytes) }
    var content: [UInt8] = []
    var isSecond = false
    for byte in bytes {
      isSecond = byte == UInt8(ascii: "\"") && !isSecond
      if byte != UInt8(ascii: "\"") || isSecond { content.append(byte) }
    }
    return content
  }

  /// True if the cell has no value: it is empty, NA, N/A, NaN, nan or null.
  package var isMissing: Bool {
    guard let first = bytes.first else { return true }
    guard first == UInt8(ascii: "N") || first == UInt8(ascii: "n"), bytes.count <= 4 else { return false }
    return Self.missing.contains { bytes.elementsEqual($0) }
  }

  private static let missing = ["NA", "N/A", "NaN", "nan", "null"].map { Array($0.utf8) }
}
