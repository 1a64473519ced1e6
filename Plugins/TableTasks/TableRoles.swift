import Registry

/// What each column of a table is for.
struct TableRoles {
  /// The column that names the tasks; nil if the target's classes are drawn from instead.
  let group: Int?
  let targets: [Int]
  let inputs: [Int]
  /// The column by which the rows of a group are ordered; nil for the order of the file.
  let time: Int?

  /// Columns with known roles.
  init(group: Int?, targets: [Int], inputs: [Int], time: Int?) {
    self.time = time
    self.group = group
    self.targets = targets
    self.inputs = inputs
  }

  /// The names of the columns without a role.
  func unused(_ header: [String]) -> [String] {
    header.indices.filter { $0 != group && $0 != time && !targets.contains($0) && !inputs.contains($0) }.map {
      header[$0].isEmpty ? "column \($0 + 1) (without a name)" : header[$0]
    }
  }

  /// Looks up the columns that the settings name.
  ///
  /// - Parameters:
  ///   - header: The names of the columns.
  ///   - group: The name of the group column; empty for none.
  ///   - targets: The names of the targets.
  ///   - inputs: The names of the inputs; empty for all other columns.
  ///   - time: The name of the column that orders rows; empty for none.
  /// - Throws: ``TableError`` for a name that the table does not have, or that has two roles.
  init(_ header: [String], group: String, targets: [String], inputs: [String], time: String = "") throws(TableError) {
    func column(_ name: String) throws(TableError) -> Int {
      guard let column = header.firstIndex(of: name) else {
        throw .unknownColumn(LookupError(kind: "column", name: name, known: header))
      }
      return column
    }
    func columns(_ names: [String]) throws(TableError) -> [Int] {
      var columns: [Int] = []
      for name in names { columns.append(try column(name)) }
      return columns
    }
    if targets.isEmpty { throw .noTarget(columns: header) }
    self.group = group.isEmpty ? nil : try column(group)
    self.targets = try columns(targets)
    self.time = time.isEmpty ? nil : try column(time)
    let named = [self.group, self.time].compactMap(\.self) + self.targets
    self.inputs = inputs.isEmpty ? header.indices.filter { !named.contains($0) && !header[$0].isEmpty } : try columns(inputs)
    var seen: Set<Int> = []
    for column in named + self.inputs where !seen.insert(column).inserted { throw .twoRoles(column: header[column]) }
    if self.inputs.isEmpty { throw .noInputs }
  }

  /// How to read each column: those of inputs and targets as given, groups as texts, times as numbers, and no others.
  ///
  /// - Parameters:
  ///   - count: The number of columns.
  ///   - inputWishes: How to read each input.
  ///   - targetWish: How to read the targets.
  /// - Returns: A wish for each column.
  func wishes(of count: Int, inputs inputWishes: [Table.Wish], targets targetWish: Table.Wish) -> [Table.Wish] {
    var wishes = [Table.Wish](repeating: .unused, count: count)
    for (column, wish) in zip(inputs, inputWishes) { wishes[column] = wish }
    for column in targets { wishes[column] = targetWish }
    if let group { wishes[group] = .levels }
    if let time { wishes[time] = .numbers }
    return wishes
  }
}

extension TableStatistics {
  /// How to read the inputs as in the run.
  var inputWishes: [Table.Wish] { inputs.map { $0.levels == nil ? .numbers : .levels } }

  /// How to read the targets as in the run.
  var targetWish: Table.Wish { isClassification ? .levels : .numbers }
}
