public import Tasks
import Registry
import TensorCore

extension GroupedTable: GroupedTasks {
  /// Reads the table once for all folds, without a split.
  ///
  /// - Parameter source: The file.
  /// - Returns: The groups with enough rows, sorted.
  /// - Throws: ``TableError``, also for settings of a split and for a table without a group column.
  public mutating func prepareGroups(source: String?) throws -> [String] {
    guard let source else { throw TableError.noFile }
    if group.isEmpty { throw TableError.noGroupToLeaveOut(columns: try TableFile(source, separator: separator).header) }
    if split != "random" { throw TableError.splitBesideFolds(key: "task.split") }
    if splitSeed != 0 { throw TableError.splitBesideFolds(key: "task.splitSeed") }
    do {
      let content = try TableContent(source, self, statistics: nil)
      self.content = content
      return content.names.sorted()
    } catch { throw error.locatedInTable(source) }
  }

  public func assigning(_ splits: [Split: [String]]) throws -> GroupedTable {
    guard let content else { throw TaskError.notPrepared(task: Self.card.id) }
    var assigned = self
    assigned.content = nil
    assigned.data = try TableData(content, splits: splits.mapValues { $0.sorted() }, statistics: nil)
    return assigned
  }

  public func episodes(_ indices: Range<Int>, of group: String, seed: UInt64) throws -> Episodes {
    guard let data else { throw TaskError.notPrepared(task: Self.card.id) }
    guard let own = data.groups.values.joined().first(where: { $0.name == group }) else {
      fatalError("\(legible(group)) is not assigned to a split")
    }
    let stream = RandomStream(seed: seed).child("task \(Self.card.id)").child("group").child(group)
    return try data.episodes(indices.map { stream.child($0) }, from: [own], RowSampler(shots: shots, queries: queries, supports: 1))
  }
}
