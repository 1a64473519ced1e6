import Registry
import Tasks

/// What a user should know about a table: what is left out, guessed or filled in.
struct TableNotes {
  private(set) var sentences: [String] = []
  private let table: Table
  private let isKnown: Bool

  init(_ table: Table, _ roles: TableRoles, isClassification: Bool, isKnown: Bool) {
    self.table = table
    self.isKnown = isKnown
    if table.hasGuessedClasses {
      let target = roles.targets[0]
      sentences.append(
        "target \(legible(table.header[target])) has \(table.levelNames(target).count) different whole numbers and is taken as classes; "
          + "set task.kind=regression to predict it as a number.")
    }
    let unused = roles.unused(table.header)
    if !unused.isEmpty { sentences.append("columns not used: \(Self.list(unused)).") }
  }

  /// Notes about a table to predict: nothing is said about its roles.
  init(_ table: Table) {
    self.table = table
    isKnown = true
  }

  mutating func add(droppedRows: Int, filledValues: Int, lacking: [Int]) {
    let columns = Self.list(lacking.map { table.header[$0] })
    if droppedRows > 0 {
      sentences.append("\(droppedRows) of \(table.rows) rows are left out because a value is missing (columns with gaps: \(columns)).")
    }
    if filledValues > 0 {
      sentences.append("missing inputs become the mean of meta-training, or no level (columns with gaps: \(columns)).")
    }
  }

  mutating func add(smallGroups: [(name: String, rows: Int)], required: Int) {
    guard !smallGroups.isEmpty else { return }
    let names = Self.list(smallGroups.map { "\(legible($0.name)) (\($0.rows))" }, isLegible: true)
    sentences.append("\(Self.count(smallGroups.count, "group")) with fewer than \(required) rows left out: \(names).")
  }

  mutating func add(unassigned: [String]) {
    guard !unassigned.isEmpty else { return }
    sentences.append(
      "\(Self.count(unassigned.count, "group")) in no split\(isKnown ? " of the run" : "") left out: \(Self.list(unassigned)).")
  }

  mutating func add(splits groups: [Split: [TableData.Group]], of kind: String, window: Int) {
    let parts = Split.allCases.map { split in
      let own = groups[split] ?? []
      return "\(split.rawValue) \(own.count) (\(own.reduce(0) { $0 + $1.count }) \(window > 0 ? "windows of \(window) rows" : "rows"))"
    }
    sentences.append("\(kind): \(parts.joined(separator: ", ")).")
  }

  mutating func add(unseen: [Int: TableEncoder.Unseen]) {
    for (column, unseen) in unseen.sorted(by: { $0.key < $1.key }) {
      let names = table.levelNames(column)
      sentences.append(
        "column \(legible(table.header[column])): \(Self.count(unseen.levels.count, "level")) that meta-training does not have "
          + "become zeros, in \(Self.count(unseen.rows, "row")): \(Self.list(unseen.levels.map { names[$0] }.sorted())).")
    }
  }

  mutating func add(_ statistics: TableStatistics) {
    let constant = statistics.inputs.filter { $0.levels == nil && $0.deviation == 0 }.map(\.name)
    if !constant.isEmpty { sentences.append("inputs that are constant in meta-training become zeros: \(Self.list(constant)).") }
    guard !statistics.isClassification else { return }
    for target in statistics.targets {
      sentences.append(
        "losses are of the standardised target: \(legible(target.name)) has mean \(Self.short(target.mean)) and standard deviation "
          + "\(Self.short(target.deviation)) in meta-training.")
    }
  }

  private static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  /// Up to ten names.
  private static func list(_ names: [String], isLegible: Bool = false) -> String {
    let shown = names.prefix(10).map { isLegible ? $0 : legible($0) }.joined(separator: ", ")
    return names.count > 10 ? "\(shown) and \(names.count - 10) more" : shown
  }

  /// With about six digits.
  private static func short(_ value: Double) -> String {
    var unit = 1.0
    while abs(value) * unit < 1e5, unit < 1e12 { unit *= 10 }
    return "\((value * unit).rounded() / unit)"
  }
}
