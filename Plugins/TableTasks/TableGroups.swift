/// The rows of a table by the level of one column.
struct TableGroups {
  /// The names of all groups, in the order of their first appearance.
  let names: [String]
  /// The rows of all groups, group after group; each group's in the order of the table.
  private let rows: [Int32]
  /// Where each group begins in ``rows``, and the end of the last one.
  private let starts: [Int]

  /// Sorts rows by group.
  ///
  /// - Parameters:
  ///   - table: The table; `column` has levels.
  ///   - column: The column that names the groups.
  ///   - isUsed: Returns whether a row takes part; a row without a group does not.
  init(_ table: Table, by column: Int, where isUsed: (_ row: Int) -> Bool) {
    names = table.levelNames(column)
    var counts = [Int](repeating: 0, count: names.count)
    var owners = [Int32](repeating: -1, count: table.rows)
    for (row, level) in table.levels(of: column).enumerated() where isUsed(row) {
      let group = Int(level)
      guard group >= 0 else { continue }
      owners[row] = Int32(group)
      counts[group] += 1
    }
    var starts = [0]
    for count in counts { starts.append(starts[starts.count - 1] + count) }
    var next = starts
    var rows = [Int32](repeating: 0, count: starts[starts.count - 1])
    for (row, owner) in owners.enumerated() where owner >= 0 {
      rows[next[Int(owner)]] = Int32(row)
      next[Int(owner)] += 1
    }
    self.starts = starts
    self.rows = rows
  }

  /// The rows of a group.
  subscript(group: Int) -> ArraySlice<Int32> { rows[starts[group]..<starts[group + 1]] }

  /// The number of rows of a group.
  func count(_ group: Int) -> Int { starts[group + 1] - starts[group] }
}
