import Registry
import Tasks
import TensorCore

/// A table that is ready for drawing: encoded rows, group after group.
struct TableData: Sendable {
  /// A group, or a class, and the place of its items: rows, or windows of rows.
  struct Group: Sendable {
    let name: String
    let first: Int
    let count: Int
  }

  let statistics: TableStatistics
  /// SHA-256 of the file.
  let digest: String
  /// The groups of each split, sorted by name.
  let groups: [Split: [Group]]
  /// The rows of a window; 0 if each row is an item.
  let window: Int
  /// The numbers of an item.
  var itemWidth: Int { max(window, 1) * statistics.width }
  /// The model inputs, ``itemWidth`` numbers for each item.
  let inputs: [Float]
  /// The standardised targets of regression, one for each target and item.
  let values: [Float]
  /// The labels of classification with groups, one for each item.
  let labels: [Int64]
  /// What a user should know about the data, in sentences.
  let notes: [String]

  /// Encodes a table whose groups are assigned to splits.
  ///
  /// - Parameters:
  ///   - content: The table.
  ///   - parts: The names of the groups, or classes, of each split.
  ///   - known: The statistics of an earlier run; nil to learn them from the rows of meta-training.
  /// - Throws: ``TableError``.
  init(_ content: TableContent, splits parts: [Split: [String]], statistics known: TableStatistics?) throws(TableError) {
    let (table, roles, byGroup) = (content.table, content.roles, content.groups)
    let isClassification = content.isClassification
    var notes = content.notes
    let assigned = Set(parts.values.joined())
    notes.add(unassigned: content.names.filter { !assigned.contains($0) })

    // Rows in the order of splits and groups.
    let itemRows = max(content.window, 1)
    let numbers = Dictionary(uniqueKeysWithValues: byGroup.names.enumerated().map { ($0.element, $0.offset) })
    var rows: [Int32] = []
    var groups: [Split: [Group]] = [:]
    var trainingRows = 0
    for split in Split.allCases {
      for name in parts[split] ?? [] {
        guard let number = numbers[name] else { fatalError("\(name) is a group of the table") }
        let own = Self.ordered(byGroup[number], table, by: roles.time)
        let count = own.count / itemRows
        groups[split, default: []].append(Group(name: name, first: rows.count / itemRows, count: count))
        rows += own.prefix(count * itemRows)
      }
      if split == .metaTrain { trainingRows = rows.count }
    }
    notes.add(splits: groups, of: roles.group == nil ? "classes" : "groups", window: content.window)

    let training = Array(rows[..<trainingRows])
    let statistics =
      if let known { known } else {
        try Self.fitted(table, roles, isClassification, training, all: rows, splits: parts)
      }
    let inputs = TableEncoder(table, Array(zip(roles.inputs, statistics.inputs))).encode(table, rows)
    notes.add(unseen: inputs.unseen)
    notes.add(statistics)
    self.statistics = statistics
    self.digest = content.digest
    self.groups = groups
    self.inputs = inputs.numbers
    window = content.window
    let lastRows = stride(from: itemRows - 1, to: rows.count, by: itemRows).map { rows[$0] }
    values = isClassification ? [] : TableEncoder(table, Array(zip(roles.targets, statistics.targets))).encode(table, lastRows).numbers
    let labels = isClassification && roles.group != nil ? try Self.labels(table, roles.targets[0], statistics.classes, rows) : []
    self.labels = itemRows == 1 ? labels : Self.majorities(labels, of: itemRows)
    self.notes = notes.sentences
  }

  /// The rows of a group in the order of a column; equal numbers keep the order of the table.
  static func ordered(_ rows: some Sequence<Int32>, _ table: Table, by column: Int?) -> [Int32] {
    guard let column else { return Array(rows) }
    let numbers = table.numbers(of: column)
    return rows.sorted { (numbers[Int($0)], $0) < (numbers[Int($1)], $1) }
  }

  /// The most frequent label of each window; the smallest of several.
  static func majorities(_ labels: [Int64], of window: Int) -> [Int64] {
    stride(from: 0, to: labels.count, by: window).map { start in
      var counts: [Int64: Int] = [:]
      for label in labels[start..<start + window] { counts[label, default: 0] += 1 }
      return counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key ?? 0
    }
  }

  /// Learns the statistics from the rows of meta-training.
  private static func fitted(
    _ table: Table, _ roles: TableRoles, _ isClassification: Bool, _ training: [Int32], all: [Int32], splits: [Split: [String]]
  ) throws(TableError) -> TableStatistics {
    var targets: [TableStatistics.Column] = []
    var classes: [String] = []
    if isClassification {
      targets = [TableStatistics.Column(name: table.header[roles.targets[0]])]
      if roles.group != nil {
        classes = try TableStatistics.Column(table, roles.targets[0], over: all).levels ?? []
        if classes.count < 2 { throw .constantTarget(column: targets[0].name, inTraining: false) }
      }
    } else {
      for column in roles.targets {
        if try TableStatistics.Column(table, column, over: all).deviation == 0 {
          throw .constantTarget(column: table.header[column], inTraining: false)
        }
        targets.append(try TableStatistics.Column(table, column, over: training))
        if targets[targets.count - 1].deviation == 0 { throw .constantTarget(column: table.header[column], inTraining: true) }
      }
    }
    var inputs: [TableStatistics.Column] = []
    for column in roles.inputs { inputs.append(try TableStatistics.Column(table, column, over: training)) }
    return TableStatistics(
      group: roles.group.map { table.header[$0] }, isClassification: isClassification, targets: targets, classes: classes,
      inputs: inputs, splits: Dictionary(uniqueKeysWithValues: splits.map { ($0.key.rawValue, $0.value) }))
  }

  /// The labels of rows.
  static func labels(_ table: Table, _ column: Int, _ classes: [String], _ rows: [Int32]) throws(TableError) -> [Int64] {
    let known = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($0.element, Int64($0.offset)) })
    let names = table.levelNames(column)
    let labels = names.map { known[$0] ?? -1 }
    var result: [Int64] = []
    result.reserveCapacity(rows.count)
    for row in rows {
      let level = table.level(Int(row), column)
      guard labels[level] >= 0 else { throw .unknownClass(column: table.header[column], value: names[level]) }
      result.append(labels[level])
    }
    return result
  }
}
