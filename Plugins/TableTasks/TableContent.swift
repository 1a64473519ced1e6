import Registry
import Tasks
import TensorCore

/// A table that is read and grouped, before its groups are assigned to splits.
struct TableContent: Sendable {
  let table: Table
  let roles: TableRoles
  /// SHA-256 of the file.
  let digest: String
  let isClassification: Bool
  /// The rows of a window; 0 if each row is an item.
  let window: Int
  /// The rows of each group, or class.
  let groups: TableGroups
  /// The groups that have enough rows, in the order of their first appearance.
  let names: [String]
  /// What a user should know about the table so far.
  let notes: TableNotes

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - settings: The settings of the task.
  ///   - known: The statistics of an earlier run, which decide on the columns; nil if the settings do.
  /// - Throws: ``TableError``.
  init(_ path: String, _ settings: GroupedTable, statistics known: TableStatistics?) throws(TableError) {
    let file = try TableFile(path, separator: settings.separator)
    if let known { try settings.compare(with: known) }
    roles = try TableRoles(
      file.header, group: known.map { $0.group ?? "" } ?? settings.group, targets: known?.targets.map(\.name) ?? settings.target,
      inputs: known?.inputs.map(\.name) ?? settings.inputs, time: settings.time)
    window = settings.window
    (table, digest) = try Self.read(file, Self.wishes(file, roles, settings, known))
    isClassification = known?.isClassification ?? !table.levelNames(roles.targets[0]).isEmpty
    guard let groupColumn = roles.group ?? (isClassification ? roles.targets[0] : nil) else { throw .noGroup(columns: file.header) }

    var notes = TableNotes(table, roles, isClassification: isClassification, isKnown: known != nil)
    let isUsed = try Self.usedRows(table, roles, settings.missing, &notes)
    let groups = TableGroups(table, by: groupColumn, where: isUsed)
    names = try Self.largeGroups(groups, items: (settings.leastShots ?? settings.shots) + settings.queries, of: settings.window, &notes)
    self.groups = groups
    self.notes = notes
  }

  /// The names of the groups of each split.
  ///
  /// - Throws: ``TableError`` for too few groups, and for a file of splits that does not fit.
  func parts(_ settings: GroupedTable, _ known: TableStatistics?) throws(TableError) -> [Split: [String]] {
    guard let known else {
      return try TableSplit(rule: settings.split, seed: settings.splitSeed).partition(names, known: groups.names)
    }
    let usable = Set(names)
    return Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0, (known.splits[$0.rawValue] ?? []).filter(usable.contains)) })
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
    var inputs = known?.inputWishes ?? roles.inputs.map { _ in .either }
    for name in settings.categorical {
      guard let column = file.header.firstIndex(of: name) else {
        throw .unknownColumn(LookupError(kind: "column", name: name, known: file.header))
      }
      if known == nil, let place = roles.inputs.firstIndex(of: column) { inputs[place] = .levels }
    }
    let kind: TableKind = known.map { $0.isClassification ? .classification : .regression } ?? settings.kind
    if roles.targets.count > 1, kind == .classification { throw .severalClassTargets(count: roles.targets.count) }
    let targets: Table.Wish =
      switch kind {
      case .classification: .levels
      case .regression: .numbers
      case .auto: roles.targets.count > 1 ? .numbers : .classesOrNumbers
      }
    return roles.wishes(of: file.header.count, inputs: inputs, targets: targets)
  }

  /// Decides which rows take part.
  static func usedRows(
    _ table: Table, _ roles: TableRoles, _ missing: MissingValues, _ notes: inout TableNotes
  ) throws(TableError) -> (Int) -> Bool {
    let needed = [roles.group, roles.time].compactMap(\.self) + roles.targets
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

  /// The names of the groups that have enough rows.
  private static func largeGroups(
    _ groups: TableGroups, items: Int, of window: Int, _ notes: inout TableNotes
  ) throws(TableError) -> [String] {
    let required = items * max(window, 1)
    let present = groups.names.indices.filter { groups.count($0) > 0 }
    let large = present.filter { groups.count($0) >= required }
    let small = present.filter { groups.count($0) < required }
    if large.isEmpty, let largest = small.max(by: { groups.count($0) < groups.count($1) }) {
      if window > 0 {
        throw .groupsTooShort(windows: items, window: window, largest: groups.names[largest], rows: groups.count(largest))
      }
      throw .groupsTooSmall(required: required, largest: groups.names[largest], rows: groups.count(largest))
    }
    notes.add(smallGroups: small.map { (groups.names[$0], groups.count($0)) }, required: required)
    return large.map { groups.names[$0] }
  }
}
