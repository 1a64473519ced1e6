/// What Linux's control groups allow a process, as their files say it.
package enum ControlGroup {
  /// The files that hold the memory limits of a process's groups and of those above, which bind it too.
  ///
  /// Inside a container a group's own folder may be out of sight; its limit then stands at the root of what is in sight.
  /// - Parameter membership: The content of /proc/self/cgroup, lines of "number:controllers:/path".
  /// - Returns: Paths, a group's own before those above it; some of them need not exist.
  package static func limitFiles(membership: String) -> [String] {
    membership.split(separator: "\n").flatMap { line -> [String] in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      if parts[0] == "0", parts[1].isEmpty { return upward(parts[2]).map { "/sys/fs/cgroup\($0)/memory.max" } }
      guard parts[1].split(separator: ",").contains("memory") else { return [] }
      return upward(parts[2]).map { "/sys/fs/cgroup/memory\($0)/memory.limit_in_bytes" }
    }
  }

  /// The limit that such a file holds, in bytes.
  ///
  /// - Returns: nil for "max" and for what is no number; version 1 writes a number near 2⁶³ where there is no limit.
  package static func limit(_ text: String) -> Int? {
    text.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
  }

  /// "/a/b", "/a" and "" of "/a/b".
  private static func upward(_ path: Substring) -> [String] {
    let folders = path.split(separator: "/")
    return (0...folders.count).reversed().map { count in folders.prefix(count).map { "/\($0)" }.joined() }
  }
}
