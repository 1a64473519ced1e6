import Registry
import Tasks
import TensorCore

/// Assigns groups, or classes, to the three splits; rows of a group stay together.
struct TableSplit {
  /// "random", "first", or the path of a file.
  let rule: String
  /// The seed of the random rule.
  let seed: Int

  /// The fewest groups that can be split.
  static let fewestGroups = 3

  /// Assigns names to splits.
  ///
  /// - Parameters:
  ///   - names: The groups to assign, in the order of their first appearance.
  ///   - known: All groups of the table, also those with too few rows.
  /// - Returns: The sorted names of each split; each has at least one.
  /// - Throws: ``TableError`` for too few groups, and for a file that does not fit.
  func partition(_ names: [String], known: [String]) throws(TableError) -> [Split: [String]] {
    guard names.count >= Self.fewestGroups else { throw .tooFewGroups(found: names.count, required: Self.fewestGroups) }
    switch rule {
    case "first": return Self.cut(names)
    case "random":
      let sorted = names.sorted()
      var stream = RandomStream(seed: UInt64(seed)).child("table split")
      return Self.cut(stream.permutation(sorted.count).map { sorted[$0] })
    default: return try listed(names, known: known)
    }
  }

  /// 60, 20 and 20 percent of the names, in their order.
  private static func cut(_ names: [String]) -> [Split: [String]] {
    let held = max(1, Int((0.2 * Double(names.count)).rounded()))
    let trained = names.count - 2 * held
    return [
      .metaTrain: names[..<trained].sorted(), .metaValidation: names[trained..<trained + held].sorted(),
      .metaTest: names[(trained + held)...].sorted(),
    ]
  }

  /// Reads a CSV file with the columns "group" and "split".
  private func listed(_ names: [String], known: [String]) throws(TableError) -> [Split: [String]] {
    do { return try readList(names, known: known) } catch { throw error.located(in: rule) }
  }

  private func readList(_ names: [String], known: [String]) throws(TableError) -> [Split: [String]] {
    let file = try TableFile(rule, separator: .auto)
    for name in ["group", "split"] where !file.header.contains(name) { throw .splitFileColumns(path: rule, found: file.header) }
    let table = try Table(file, file.header.map { $0 == "group" || $0 == "split" ? .levels : .unused })
    let (group, split) = (Self.column("group", file), Self.column("split", file))
    let (groupNames, splitNames) = (table.levelNames(group), table.levelNames(split))
    let (usable, all) = (Set(names), Set(known))
    var owners: [String: Split] = [:]
    for row in 0..<table.rows {
      guard !table.isMissing(row, group), !table.isMissing(row, split) else { continue }
      let (name, value) = (groupNames[table.level(row, group)], splitNames[table.level(row, split)])
      guard let owner = Split(rawValue: value) ?? Split(rawValue: "meta-\(value)") else {
        throw .unknownSplit(path: rule, group: name, found: value)
      }
      guard all.contains(name) else { throw .unknownGroup(path: rule, LookupError(kind: "group", name: name, known: known)) }
      if let other = owners.updateValue(owner, forKey: name), other != owner { throw .twoSplits(path: rule, group: name) }
    }
    var parts: [Split: [String]] = [:]
    for (name, owner) in owners where usable.contains(name) { parts[owner, default: []].append(name) }
    for split in Split.allCases where parts[split] == nil { throw .emptySplit(path: rule, split: split) }
    return parts.mapValues { $0.sorted() }
  }

  private static func column(_ name: String, _ file: TableFile) -> Int {
    guard let column = file.header.firstIndex(of: name) else { fatalError("the header was checked for \(name)") }
    return column
  }
}
