import Registry
import Tasks
import TensorCore

/// A CSV file in memory, with its header read.
struct TableFile {
  /// The path, for messages.
  let path: String
  /// The names of the columns.
  let header: [String]

  private let bytes: [UInt8]
  /// The byte between cells.
  let separator: UInt8
  /// Where the first row after the header begins, and its number.
  private let start: (position: Int, row: Int)

  /// Reads a file and its header.
  ///
  /// - Throws: ``TableError`` for a file that cannot be read, is not text, or has a malformed header.
  init(_ path: String, separator: TableSeparator) throws(TableError) {
    do {
      try self.init(AtomicFile.read(path), path: path, separator: separator)
    } catch let error as FileError {
      throw .file(error)
    } catch let error as TableError {
      throw error
    } catch {
      fatalError("reading a table threw \(error)")
    }
  }

  init(_ bytes: [UInt8], path: String, separator: TableSeparator) throws(TableError) {
    self.path = path
    self.bytes = bytes
    // A byte order mark of UTF-8 says nothing.
    let first = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    if let kind = Self.foreignKind(bytes) { throw .notText(path: path, kind: kind) }
    let (byte, header, position, row) = try bytes.withUnsafeBufferPointer { (all) throws(TableError) in
      let byte = separator.byte(for: UnsafeBufferPointer(rebasing: all[first...]))
      var scanner = CSVScanner(all, separator: byte, position: first)
      var header: [String] = []
      while let cell = try scanner.next() {
        header.append(systemText(cell.content))
        if cell.endsRow { break }
      }
      return (byte, header, scanner.position, scanner.row)
    }
    self.separator = byte
    self.header = header
    start = (position, row)
    if header.isEmpty { throw .empty(path: path) }
    var seen: Set<String> = []
    for name in header where !name.isEmpty && !seen.insert(name).inserted { throw .duplicateColumn(name: name) }
  }

  /// Computes the SHA-256 of the file, 64 hexadecimal digits.
  func digest() -> String { hexadecimal(SHA256.digest(bytes)) }

  /// What a file is that is not a text in UTF-8 or another extension of ASCII; nil for a text.
  private static func foreignKind(_ bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0x50, 0x4b, 3, 4]) { return "a zip archive or a spreadsheet" }
    if bytes.starts(with: [0x1f, 0x8b]) { return "a compressed file" }
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) { return "a text in UTF-16" }
    return bytes.prefix(4096).contains(0) ? "a binary file" : nil
  }

  /// How to read a column.
  enum Reading: Hashable {
    case skip
    /// Numbers only.
    case numbers
    /// Texts, numbered by ``LevelTable``.
    case levels
    /// Numbers if all cells are numbers; otherwise the cells are counted, to be read as levels later.
    case either
  }

  /// What was read: numbers and levels row by row, and the facts of each column.
  struct Readout {
    /// The number of rows after the header.
    var rows = 0
    /// The columns read as numbers or either, row by row; NaN is a missing value or a text.
    var numbers: [Double] = []
    /// The columns read as levels, row by row; -1 is a missing value.
    var levels: [Int32] = []
    /// One for each column of the table.
    var facts: [Facts]

    /// What was seen in a column.
    struct Facts {
      /// The place of the column in a row of numbers or levels.
      var slot = 0
      var tables = LevelTable()
      var numberCount = 0
      /// The first text in a column of numbers, and its row.
      var text: (row: Int, value: String)?
      var textCount = 0
      var missingCount = 0
      /// The row of the first missing value.
      var firstMissing = 0
    }
  }

  /// Reads all rows.
  ///
  /// - Parameter readings: How to read each column.
  /// - Returns: The values, and what was seen in each column.
  /// - Throws: ``TableError`` for a row with more or fewer cells than the header, and for a text in a column of numbers.
  func read(_ readings: [Reading]) throws(TableError) -> Readout {
    require(readings.count == header.count, "\(readings.count) readings of \(header.count) columns")
    var readout = Readout(facts: readings.map { _ in Readout.Facts() })
    var (numberStride, levelStride) = (0, 0)
    for (column, reading) in readings.enumerated() {
      switch reading {
      case .skip: break
      case .numbers, .either:
        readout.facts[column].slot = numberStride
        numberStride += 1
      case .levels:
        readout.facts[column].slot = levelStride
        levelStride += 1
      }
    }
    try bytes.withUnsafeBufferPointer { (all) throws(TableError) in
      var scanner = CSVScanner(all, separator: separator, position: start.position, row: start.row)
      var column = 0
      var row = scanner.row
      while let cell = try scanner.next() {
        if column == 0 { row = cell.endsRow ? scanner.row - 1 : scanner.row }
        guard column < readings.count else { throw .raggedRow(row: row, found: column + 1, expected: readings.count, isMore: true) }
        switch readings[column] {
        case .skip: break
        case .numbers, .either:
          if let number = decimalNumber(cell.bytes) {
            readout.numbers.append(number)
            readout.facts[column].numberCount += 1
          } else {
            readout.numbers.append(.nan)
            do throws(TableError) { try noteText(cell, row, column, readings[column], &readout.facts[column]) } catch {
              // A cell too many or too few moves the others to the wrong columns.
              throw Self.ragged(row, after: cell, column, scanner, expected: readings.count) ?? error
            }
          }
        case .levels:
          if cell.isMissing {
            readout.levels.append(-1)
            Self.noteMissing(row, &readout.facts[column])
          } else {
            readout.levels.append(readout.facts[column].tables.number(of: cell))
          }
        }
        column += 1
        guard cell.endsRow else { continue }
        guard column == readings.count else { throw .raggedRow(row: row, found: column, expected: readings.count, isMore: false) }
        column = 0
        readout.rows += 1
        if readout.rows == 64 {
          // Reserve by the average length of the first rows.
          let rows = (all.count - start.position) / max((scanner.position - start.position) / 64, 1) * 9 / 8 + 64
          readout.numbers.reserveCapacity(rows * numberStride)
          readout.levels.reserveCapacity(rows * levelStride)
        }
      }
    }
    return readout
  }

  /// The cells of all rows as texts.
  ///
  /// - Throws: ``TableError`` for a row with more or fewer cells than the header.
  func texts() throws(TableError) -> [[String]] {
    try bytes.withUnsafeBufferPointer { (all) throws(TableError) in
      var scanner = CSVScanner(all, separator: separator, position: start.position, row: start.row)
      var (rows, cells): ([[String]], [String]) = ([], [])
      while let cell = try scanner.next() {
        cells.append(systemText(cell.content))
        guard cell.endsRow else { continue }
        guard cells.count == header.count else {
          throw .raggedRow(row: scanner.row - 1, found: cells.count, expected: header.count, isMore: cells.count > header.count)
        }
        rows.append(cells)
        cells = []
      }
      return rows
    }
  }

  /// The error of a row with another number of cells than the header; nil if there is none, or if the row cannot be read to its end.
  private static func ragged(
    _ row: Int, after last: CSVScanner.Cell, _ column: Int, _ scanner: CSVScanner, expected: Int
  ) -> TableError? {
    var (scanner, cell, count) = (scanner, last, column + 1)
    while !cell.endsRow {
      guard let next = try? scanner.next() else { return nil }
      (cell, count) = (next, count + 1)
    }
    return count == expected ? nil : .raggedRow(row: row, found: count, expected: expected, isMore: count > expected)
  }

  private func noteText(
    _ cell: CSVScanner.Cell, _ row: Int, _ column: Int, _ reading: Reading, _ facts: inout Readout.Facts
  ) throws(TableError) {
    if cell.isMissing { return Self.noteMissing(row, &facts) }
    if reading == .numbers {
      let value = systemText(cell.content)
      if Table.hasDecimalComma(value) { throw .decimalComma(row: row, column: header[column], value: value) }
      throw .notANumber(row: row, column: header[column], value: value)
    }
    if facts.text == nil { facts.text = (row, systemText(cell.content)) }
    facts.textCount += 1
  }

  private static func noteMissing(_ row: Int, _ facts: inout Readout.Facts) {
    if facts.missingCount == 0 { facts.firstMissing = row }
    facts.missingCount += 1
  }
}
