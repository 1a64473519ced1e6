import Registry
import Synchronization
import Tasks

/// What a prepared table depends on: the files with their sizes and times of change, all settings, and the statistics of an earlier run.
struct TableIdentity: Hashable {
  /// A file, with the facts that show whether it has changed.
  private struct File: Hashable {
    let path: String
    let size: Int64
    let seconds: Int64
    let nanoseconds: Int64

    init?(_ path: String) {
      guard let absolute = absolutePath(path), let file = try? FolderTree.File(path: absolute) else { return nil }
      self.path = absolute
      (size, seconds, nanoseconds) = (file.size, file.modified.seconds, file.modified.nanoseconds)
    }
  }

  private let files: [File]
  private let settings: [String]
  private let statistics: String?

  /// Describes a table; nil if a file cannot be found.
  init?(_ source: String, _ tasks: GroupedTable, statistics: String?) {
    guard let table = File(source) else { return nil }
    files = [table] + [File(tasks.split)].compactMap(\.self)
    settings = GroupedTable.hyperparameters.values(of: tasks).flatMap { [$0.key, $0.value.description] }
    self.statistics = statistics
  }
}

/// The table that was prepared last, which the algorithms of a comparison share.
package final class LatestTable: Sendable {
  private let kept = Mutex<(identity: TableIdentity, data: TableData)?>(nil)

  /// The process's own.
  package static let shared = LatestTable()

  /// Holds no table.
  package init() {}

  /// The data of a table; nil if it is another one, or has changed.
  func data(of identity: TableIdentity?) -> TableData? {
    kept.withLock { kept in kept.flatMap { $0.identity == identity ? $0.data : nil } }
  }

  /// Keeps a table, and forgets the one before.
  func keep(_ data: TableData, of identity: TableIdentity?) { kept.withLock { $0 = identity.map { (identity: $0, data: data) } } }
}
