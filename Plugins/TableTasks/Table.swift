/// The columns of a table that the settings use, each with its type.
///
/// A column is numeric if all its values are numbers, and categorical if none is. A column with both is an error unless the settings
/// declare it categorical, because a mistyped number would otherwise turn a column of numbers into a thousand levels.
struct Table {
  /// The content of a column.
  enum Content {
    case numbers
    /// The names of the levels, in the order of their first appearance.
    case levels([String])
    case unused
  }

  /// How the settings want a column to be read.
  enum Wish {
    case unused, numbers, levels, either
    /// Levels if all values are texts, or if they are at most ``Table/fewLevels`` different whole numbers.
    case classesOrNumbers
  }

  /// The largest number of whole numbers that count as classes unless `task.kind` says otherwise.
  static let fewLevels = 10

  let header: [String]
  let rows: Int
  let contents: [Content]
  /// True for a target of whole numbers that was taken for classes.
  let hasGuessedClasses: Bool

  private let facts: [TableFile.Readout.Facts]
  /// The numbers of each column; empty for other columns.
  private let numbers: [[Double]]
  /// The levels of each column; empty for other columns.
  private let levels: [[Int32]]

  /// Reads the columns of a file.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - wishes: How to read each column.
  ///   - allowsEmptyColumns: Whether a used column may lack all its values, as in a user's few examples.
  /// - Throws: ``TableError`` for rows and values that do not fit.
  init(_ file: TableFile, _ wishes: [Wish], allowsEmptyColumns: Bool = false) throws(TableError) {
    header = file.header
    let first = try file.read(
      wishes.map {
        switch $0 {
        case .unused: .skip
        case .numbers: .numbers
        case .levels: .levels
        case .either, .classesOrNumbers: .either
        }
      })
    let firstStride = wishes.count { $0 == .numbers || $0 == .either || $0 == .classesOrNumbers }
    rows = first.rows
    if rows == 0 { throw .noRows(path: file.path) }

    var contents: [Content] = []
    var again: [TableFile.Reading] = []
    var hasGuessedClasses = false
    for (column, wish) in wishes.enumerated() {
      let facts = first.facts[column]
      if wish != .unused, facts.missingCount == rows, !allowsEmptyColumns { throw .emptyColumn(name: header[column]) }
      var isLevels = wish == .levels
      if wish == .either || wish == .classesOrNumbers {
        if let text = facts.text, Self.hasDecimalComma(text.value) {
          throw .decimalComma(row: text.row, column: header[column], value: text.value)
        }
        if facts.numberCount > 0, let text = facts.text {
          throw .mixedColumn(row: text.row, column: header[column], value: text.value)
        }
        isLevels = facts.numberCount == 0
        if !isLevels, wish == .classesOrNumbers, Self.isFewWholeNumbers(first, firstStride, facts.slot) {
          isLevels = true
          hasGuessedClasses = true
        }
      }
      contents.append(wish == .unused ? .unused : isLevels ? .levels([]) : .numbers)
      again.append(isLevels ? .levels : .skip)
    }
    // Texts were only counted so far, except in the columns that had to be levels.
    let needsAgain = zip(wishes, again).contains { $0 != .levels && $1 == .levels }
    let second = needsAgain ? try file.read(again) : first
    for column in contents.indices {
      if case .levels = contents[column] { contents[column] = .levels(second.facts[column].tables.names) }
    }
    self.hasGuessedClasses = hasGuessedClasses
    self.contents = contents
    facts = zip(again, zip(first.facts, second.facts)).map { $0 == .levels ? $1.1 : $1.0 }
    let levelStride = again.count { $0 == .levels }
    numbers = contents.enumerated().map { column, content in
      if case .numbers = content { Self.column(first.numbers, first.facts[column].slot, firstStride) } else { [] }
    }
    levels = contents.enumerated().map { column, content in
      if case .levels = content { Self.column(second.levels, second.facts[column].slot, levelStride) } else { [] }
    }
  }

  /// One column of a matrix that is stored row by row.
  private static func column<Element>(_ matrix: [Element], _ slot: Int, _ stride: Int) -> [Element] {
    matrix.withUnsafeBufferPointer { matrix in
      Array(unsafeUninitializedCapacity: matrix.count / stride) { buffer, count in
        count = matrix.count / stride
        for row in 0..<count { buffer.initializeElement(at: row, to: matrix[row * stride + slot]) }
      }
    }
  }

  /// The numbers of a column, one for each row; NaN if it is missing.
  func numbers(of column: Int) -> [Double] { numbers[column] }

  /// The numbers of the levels of a column, one for each row; -1 if it is missing.
  func levels(of column: Int) -> [Int32] { levels[column] }

  /// The number of the level in a row; -1 if it is missing.
  func level(_ row: Int, _ column: Int) -> Int { Int(levels[column][row]) }

  /// True if the cell has no value.
  func isMissing(_ row: Int, _ column: Int) -> Bool {
    if case .numbers = contents[column] { numbers[column][row].isNaN } else { levels[column][row] < 0 }
  }

  /// The names of the levels of a column; empty for numbers.
  func levelNames(_ column: Int) -> [String] {
    if case .levels(let names) = contents[column] { names } else { [] }
  }

  /// The number of missing values in a column, and the row in the file of the first one.
  func missing(_ column: Int) -> (count: Int, firstRow: Int) { (facts[column].missingCount, facts[column].firstMissing) }

  /// True for a number with one comma in the place of the point.
  static func hasDecimalComma(_ text: String) -> Bool {
    let bytes = text.utf8.map { $0 == UInt8(ascii: ",") ? UInt8(ascii: ".") : $0 }
    return bytes != Array(text.utf8) && bytes.withUnsafeBufferPointer { decimalNumber($0) } != nil
  }

  private static func isFewWholeNumbers(_ readout: TableFile.Readout, _ stride: Int, _ slot: Int) -> Bool {
    var seen: Set<Double> = []
    for row in 0..<readout.rows {
      let value = readout.numbers[row * stride + slot]
      if value.isNaN { continue }
      guard value.rounded() == value else { return false }
      if seen.insert(value).inserted, seen.count > fewLevels { return false }
    }
    return true
  }
}
