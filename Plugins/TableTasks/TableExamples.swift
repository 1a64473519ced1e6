import Registry
import Tasks
import TensorCore

/// Reads a user's tables with the statistics of a run.
struct TableExamples {
  let statistics: TableStatistics
  let missing: MissingValues
  let separator: TableSeparator
  /// The column that orders rows; empty for none.
  let time: String
  /// The rows of a window; 0 if each row is a sample.
  let window: Int

  /// Reads the rows to adapt to.
  ///
  /// - Throws: ``TableError``
  func support(_ path: String) throws -> (set: LabelledSet, answer: Examples.Answer, notes: [String]) {
    do { return try readSupport(path) } catch let error as TableError { throw error.located(in: path) }
  }

  private func readSupport(_ path: String) throws -> (set: LabelledSet, answer: Examples.Answer, notes: [String]) {
    let file = try TableFile(path, separator: separator)
    let roles = try TableRoles(
      file.header, group: statistics.group.flatMap { file.header.contains($0) ? $0 : nil } ?? "", targets: statistics.targets.map(\.name),
      inputs: statistics.inputs.map(\.name), time: time)
    let table = try Table(file, wishes(file, roles), allowsEmptyColumns: true)
    var notes = TableNotes(table, roles, isClassification: statistics.isClassification, isKnown: true)
    let rows = try usedRows(path, table, roles, &notes)
    if rows.isEmpty { throw TableError.noSupport(path: path) }
    if let group = roles.group {
      let levels = rows.map { table.level(Int($0), group) }
      if let other = levels.first(where: { $0 != levels[0] }) {
        let names = table.levelNames(group)
        throw TableError.severalGroups(column: table.header[group], first: names[levels[0]], second: names[other])
      }
    }
    let inputs = try encoded(table, roles, rows, &notes)
    let (targets, answer) = try targets(table, roles, rows)
    return (LabelledSet(inputs: inputs, targets: targets), answer, notes.sentences)
  }

  /// Reads the rows to predict; targets and groups are not looked at.
  ///
  /// - Throws: ``TableError``
  func query(_ path: String) throws -> (query: Examples.Query, notes: [String]) {
    do { return try readQuery(path) } catch let error as TableError { throw error.located(in: path) }
  }

  private func readQuery(_ path: String) throws -> (query: Examples.Query, notes: [String]) {
    let file = try TableFile(path, separator: separator)
    var columns: [Int] = []
    for input in statistics.inputs {
      guard let column = file.header.firstIndex(of: input.name) else {
        throw TableError.unknownColumn(LookupError(kind: "column", name: input.name, known: file.header))
      }
      columns.append(column)
    }
    let order = file.header.firstIndex(of: time)
    if !time.isEmpty, order == nil { throw TableError.unknownColumn(LookupError(kind: "column", name: time, known: file.header)) }
    let roles = TableRoles(group: nil, targets: [], inputs: columns, time: time.isEmpty ? nil : order)
    let table = try Table(file, wishes(file, roles), allowsEmptyColumns: true)
    var notes = TableNotes(table)
    let rows = try usedRows(path, table, roles, &notes)
    if rows.isEmpty { throw TableError.noSupport(path: path) }
    var samples = [Int?](repeating: nil, count: table.rows)
    for (place, row) in rows.enumerated() { samples[Int(row)] = place / max(window, 1) }
    let query = Examples.Query(
      inputs: try encoded(table, roles, rows, &notes), header: file.header, rows: try file.texts(), samples: samples,
      separator: Character(Unicode.Scalar(file.separator)))
    return (query, notes.sentences)
  }

  /// How to read each column: as in the run.
  private func wishes(_ file: TableFile, _ roles: TableRoles) -> [Table.Wish] {
    roles.wishes(of: file.header.count, inputs: statistics.inputWishes, targets: statistics.targetWish)
  }

  /// The rows that take part; with windows, those of whole windows in the order of time.
  private func usedRows(
    _ path: String, _ table: Table, _ roles: TableRoles, _ notes: inout TableNotes
  ) throws(TableError) -> [Int32] {
    let used: [Int32]
    do {
      let isUsed = try TableContent.usedRows(table, roles, missing, &notes)
      used = (0..<Int32(table.rows)).filter { isUsed(Int($0)) }
    } catch .missingValue(let row, let column, let count) {
      throw .missingExample(path: path, row: row, column: column, count: count)
    }
    guard window > 0, !used.isEmpty else { return used }
    guard used.count >= window else { throw .noWindow(path: path, rows: used.count, window: window) }
    return Array(TableData.ordered(used, table, by: roles.time).prefix(used.count / window * window))
  }

  private func encoded(_ table: Table, _ roles: TableRoles, _ rows: [Int32], _ notes: inout TableNotes) throws(ShapeError) -> Tensor {
    let encoded = TableEncoder(table, Array(zip(roles.inputs, statistics.inputs))).encode(table, rows)
    notes.add(unseen: encoded.unseen)
    let shape: Shape = window == 0 ? [rows.count, statistics.width] : [rows.count / window, window, statistics.width]
    return try Tensor(encoded.numbers, shape: shape)
  }

  private func targets(_ table: Table, _ roles: TableRoles, _ rows: [Int32]) throws -> (Targets, Examples.Answer) {
    let names = statistics.targets.map { "predicted_\($0.name)" }
    guard statistics.isClassification else {
      // The numbers of a window are those of its last row.
      let last = window == 0 ? rows : stride(from: window - 1, to: rows.count, by: window).map { rows[$0] }
      let values = TableEncoder(table, Array(zip(roles.targets, statistics.targets))).encode(table, last).numbers
      let answers = zip(names, statistics.targets).map { Examples.Value(column: $0, mean: $1.mean, deviation: $1.deviation) }
      return (.values(try Tensor(values, shape: [last.count, names.count])), .values(answers))
    }
    let column = roles.targets[0]
    // Without groups, the classes are those of the support set.
    let used = Set(rows.map { table.level(Int($0), column) })
    let own = table.levelNames(column).enumerated().filter { used.contains($0.offset) }.map(\.element).sorted()
    let classes = statistics.group == nil ? own : statistics.classes
    let all = try TableData.labels(table, column, classes, rows)
    let labels = (window == 0 ? all : TableData.majorities(all, of: window)).map { Int($0) }
    return (.classes(try Tensor(labels, shape: [labels.count]), ways: classes.count), .classes(classes, column: names[0]))
  }
}
