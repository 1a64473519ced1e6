import Registry
import Tasks
import TensorCore

/// A table that is ready for drawing: encoded rows, group after group.
struct TableData: Sendable {
  /// A group, or a class, and the place of its rows.
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
  /// The model inputs, ``TableStatistics/width`` numbers for each row.
  let inputs: [Float]
  /// The standardised targets of regression, one for each target and row.
  let values: [Float]
  /// The labels of classification with groups, one for each row.
  let labels: [Int64]
  /// What a user should know about the data, in sentences.
  let notes: [String]

  /// Loads a table.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - settings: The settings of the task.
  ///   - known: The statistics and the split of an earlier run; nil to learn them from the table.
  /// - Throws: ``TableError``.
  init(_ path: String, _ settings: GroupedTable, statistics known: TableStatistics?) throws(TableError) {
    let file = try TableFile(path, separator: settings.separator)
    if let known { try settings.compare(with: known) }
    let roles = try TableRoles(
      file.header, group: known.map { $0.group ?? "" } ?? settings.group, targets: known?.targets.map(\.name) ?? settings.target,
      inputs: known?.inputs.map(\.name) ?? settings.inputs)
    let (table, digest) = try Self.read(file, Self.wishes(file, roles, settings, known))
    let isClassification = known?.isClassification ?? !table.levelNames(roles.targets[0]).isEmpty
    guard let groupColumn = roles.group ?? (isClassification ? roles.targets[0] : nil) else { throw .noGroup(columns: file.header) }

    var notes = TableNotes(table, roles, isClassification: isClassification, isKnown: known != nil)
    let isUsed = try Self.usedRows(table, roles, settings.missing, &notes)
    let byGroup = TableGroups(table, by: groupColumn, where: isUsed)
    let parts = try Self.parts(byGroup, settings, known, &notes)

    // Rows in the order of splits and groups.
    let numbers = Dictionary(uniqueKeysWithValues: byGroup.names.enumerated().map { ($0.element, $0.offset) })
    var rows: [Int32] = []
    var groups: [Split: [Group]] = [:]
    var trainingRows = 0
    for split in Split.allCases {
      for name in parts[split] ?? [] {
        guard let number = numbers[name] else { fatalError("\(name) is a group of the table") }
        groups[split, default: []].append(Group(name: name, first: rows.count, count: byGroup.count(number)))
        rows += byGroup[number]
      }
      if split == .metaTrain { trainingRows = rows.count }
    }
    notes.add(splits: groups, of: roles.group == nil ? "classes" : "groups")

    let training = Array(rows[..<trainingRows])
    let statistics =
      if let known { known } else {
        try Self.fitted(table, roles, isClassification, training, all: rows, splits: parts)
      }
    let inputs = TableEncoder(table, Array(zip(roles.inputs, statistics.inputs))).encode(table, rows)
    notes.add(unseen: inputs.unseen)
    notes.add(statistics)
    self.statistics = statistics
    self.digest = digest
    self.groups = groups
    self.inputs = inputs.numbers
    values = isClassification ? [] : TableEncoder(table, Array(zip(roles.targets, statistics.targets))).encode(table, rows).numbers
    labels = isClassification && roles.group != nil ? try Self.labels(table, roles.targets[0], statistics.classes, rows) : []
    self.notes = notes.sentences
  }

  /// Reads the table and computes the digest of the file at the same time.
  private static func read(_ file: TableFile, _ wishes: [Table.Wish]) throws(TableError) -> (Table, digest: String) {
    enum Part: Sendable {
      case table(Result<Table, TableError>)
      case digest(String)
    }
    @Sendable func part(_ number: Int) -> Part {
      if number == 1 { return .digest(file.digest()) }
      do { return .table(.success(try Table(file, wishes))) } catch { return .table(.failure(error)) }
    }
    let parts = (try? WorkerPool(threads: 2).map(2) { part($0) }) ?? []
    guard case .table(let table) = parts.first, case .digest(let digest) = parts.last else {
      fatalError("two parts were computed")
    }
    return (try table.get(), digest)
  }

  /// How to read each column.
  private static func wishes(
    _ file: TableFile, _ roles: TableRoles, _ settings: GroupedTable, _ known: TableStatistics?
  ) throws(TableError) -> [Table.Wish] {
    var wishes = [Table.Wish](repeating: .unused, count: file.header.count)
    for (place, column) in roles.inputs.enumerated() {
      if let known { wishes[column] = known.inputs[place].levels == nil ? .numbers : .levels } else { wishes[column] = .either }
    }
    for name in settings.categorical {
      guard let column = file.header.firstIndex(of: name) else {
        throw .unknownColumn(LookupError(kind: "column", name: name, known: file.header))
      }
      if known == nil, roles.inputs.contains(column) { wishes[column] = .levels }
    }
    let kind: TableKind = known.map { $0.isClassification ? .classification : .regression } ?? settings.kind
    if roles.targets.count > 1, kind == .classification { throw .severalClassTargets(count: roles.targets.count) }
    for column in roles.targets {
      switch kind {
      case .classification: wishes[column] = .levels
      case .regression: wishes[column] = .numbers
      case .auto: wishes[column] = roles.targets.count > 1 ? .numbers : .classesOrNumbers
      }
    }
    if let group = roles.group { wishes[group] = .levels }
    return wishes
  }

  /// Decides which rows take part.
  static func usedRows(
    _ table: Table, _ roles: TableRoles, _ missing: MissingValues, _ notes: inout TableNotes
  ) throws(TableError) -> (Int) -> Bool {
    let needed = [roles.group].compactMap(\.self) + roles.targets
    let used = needed + roles.inputs
    let lacking = used.filter { table.missing($0).count > 0 }
    guard !lacking.isEmpty else { return { _ in true } }
    if missing == .error {
      let (count, row) = table.missing(lacking[0])
      throw .missingValue(row: row, column: table.header[lacking[0]], count: count)
    }
    let decisive = missing == .drop ? lacking : lacking.filter(needed.contains)
    func isUsed(_ row: Int) -> Bool { !decisive.contains { table.isMissing(row, $0) } }
    let dropped = (0..<table.rows).count { !isUsed($0) }
    let filled = missing == .mean ? roles.inputs.reduce(0) { $0 + table.missing($1).count } : 0
    notes.add(droppedRows: dropped, filledValues: filled, lacking: lacking)
    return isUsed
  }

  /// The names of the groups of each split, without groups that have too few rows.
  private static func parts(
    _ groups: TableGroups, _ settings: GroupedTable, _ known: TableStatistics?, _ notes: inout TableNotes
  ) throws(TableError) -> [Split: [String]] {
    let required = settings.shots + settings.queries
    let present = groups.names.indices.filter { groups.count($0) > 0 }
    let large = present.filter { groups.count($0) >= required }
    let small = present.filter { groups.count($0) < required }
    if large.isEmpty, let largest = small.max(by: { groups.count($0) < groups.count($1) }) {
      throw .groupsTooSmall(required: required, largest: groups.names[largest], rows: groups.count(largest))
    }
    let names = large.map { groups.names[$0] }
    notes.add(smallGroups: small.map { (groups.names[$0], groups.count($0)) }, required: required)
    let parts: [Split: [String]]
    if let known {
      let usable = Set(names)
      parts = Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0, (known.splits[$0.rawValue] ?? []).filter(usable.contains)) })
    } else {
      parts = try TableSplit(rule: settings.split, seed: settings.splitSeed).partition(names, known: groups.names)
    }
    let assigned = Set(parts.values.joined())
    notes.add(unassigned: names.filter { !assigned.contains($0) })
    return parts
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
