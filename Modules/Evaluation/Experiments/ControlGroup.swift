/// Memory limits from Linux's control groups.
package enum ControlGroup {
  /// The files with the memory limits of a process's groups and of their parents, which also apply.
  ///
  /// Inside a container, a group's own folder may be hidden; its limit is then in the file of the visible root.
  /// - Parameter membership: The content of /proc/self/cgroup, lines of "number:controllers:/path".
  /// - Returns: Paths, a group's own before its parents'. Some may not exist.
  package static func limitFiles(membership: String) -> [String] {
    membership.split(separator: "\n").flatMap { line -> [String] in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      if parts[0] == "0", parts[1].isEmpty { return upward(parts[2]).map { "/sys/fs/cgroup\($0)/memory.max" } }
      guard parts[1].split(separator: ",").contains("memory") else { return [] }
      return upward(parts[2]).map { "/sys/fs/cgroup/memory\($0)/memory.limit_in_bytes" }
    }
  }

  /// Parses the content of such a file.
  ///
  /// - Returns: The limit in bytes; nil for "max" or anything that is not a number. Version 1 writes a number near 2⁶³ for no limit.
  package static func limit(_ text: String) -> Int? {
    text.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
  }

  /// A path with its parents: "/a/b", "/a" and "" for "/a/b".
  private static func upward(_ path: Substring) -> [String] {
    let folders = path.split(separator: "/")
    return (0...folders.count).reversed().map { count in folders.prefix(count).map { "/\($0)" }.joined() }
  }
}
