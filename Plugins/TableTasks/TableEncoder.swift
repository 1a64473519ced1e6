/// Turns rows of a table into model inputs: standardised numbers, and one number for each level.
struct TableEncoder {
  /// A column and where its numbers go.
  private enum Step {
    /// (value − mean) · factor at the place.
    case number(column: Int, place: Int, mean: Double, factor: Double)
    /// 1 at the place plus the position of the level; -1 is a level that meta-training does not have.
    case levels(column: Int, place: Int, positions: [Int])
  }

  /// The number of model inputs.
  let width: Int
  private let steps: [Step]

  /// Prepares the encoding of columns.
  ///
  /// A constant column and a missing value become 0.
  init(_ table: Table, _ columns: [(column: Int, statistics: TableStatistics.Column)]) {
    var place = 0
    var steps: [Step] = []
    for (column, statistics) in columns {
      if let levels = statistics.levels {
        let known = Dictionary(uniqueKeysWithValues: levels.enumerated().map { ($0.element, $0.offset) })
        steps.append(.levels(column: column, place: place, positions: table.levelNames(column).map { known[$0] ?? -1 }))
      } else {
        let factor = statistics.deviation > 0 ? 1 / statistics.deviation : 0
        steps.append(.number(column: column, place: place, mean: statistics.mean, factor: factor))
      }
      place += statistics.width
    }
    width = place
    self.steps = steps
  }

  /// Rows with a level that meta-training does not have.
  struct Unseen {
    var rows = 0
    var levels: Set<Int> = []
  }

  /// Encodes rows, one after the other.
  ///
  /// - Returns: `width` numbers for each row, and the unseen levels by column.
  func encode(_ table: Table, _ rows: [Int32]) -> (numbers: [Float], unseen: [Int: Unseen]) {
    var unseen: [Int: Unseen] = [:]
    let numbers = [Float](unsafeUninitializedCapacity: rows.count * width) { buffer, count in
      buffer.initialize(repeating: 0)
      count = rows.count * width
      for step in steps {
        switch step {
        case .number(let column, let place, let mean, let factor):
          let values = table.numbers(of: column)
          for (index, row) in rows.enumerated() {
            let value = values[Int(row)]
            if !value.isNaN { buffer[index * width + place] = Float((value - mean) * factor) }
          }
        case .levels(let column, let place, let positions):
          let levels = table.levels(of: column)
          for (index, row) in rows.enumerated() {
            let level = Int(levels[Int(row)])
            guard level >= 0 else { continue }
            if positions[level] >= 0 {
              buffer[index * width + place + positions[level]] = 1
            } else {
              unseen[column, default: Unseen()].rows += 1
              unseen[column, default: Unseen()].levels.insert(level)
            }
          }
        }
      }
    }
    return (numbers, unseen)
  }
}
