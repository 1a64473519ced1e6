/// Limits of memory and of processor time from Linux's control groups.
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

  /// The files with the processor quotas of a process's groups and of their parents, as ``limitFiles(membership:)``.
  ///
  /// - Returns: The file of the quota, and in version 1 the separate file of the period.
  package static func quotaFiles(membership: String) -> [(quota: String, period: String?)] {
    membership.split(separator: "\n").flatMap { line -> [(quota: String, period: String?)] in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      if parts[0] == "0", parts[1].isEmpty { return upward(parts[2]).map { ("/sys/fs/cgroup\($0)/cpu.max", nil) } }
      guard parts[1].split(separator: ",").contains("cpu") else { return [] }
      return upward(parts[2]).map { ("/sys/fs/cgroup/cpu\($0)/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu\($0)/cpu.cfs_period_us") }
    }
  }

  /// The number of cores that a quota allows, rounded up, at least 1.
  ///
  /// - Parameters:
  ///   - quota: The content of the quota's file: "max 100000" or "150000 100000" in version 2, "-1" or "150000" in version 1.
  ///   - period: The content of the period's file; nil in version 2.
  /// - Returns: Nil without a quota, or for anything that is not one.
  package static func cores(quota: String, period: String?) -> Int? {
    let numbers = "\(quota) \(period ?? "")".split(whereSeparator: \.isWhitespace)
    guard numbers.count == 2, let quota = Int(numbers[0]), let period = Int(numbers[1]), quota > 0, period > 0 else { return nil }
    return (quota - 1) / period + 1
  }

  /// Parses the content of a memory limit's file.
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
