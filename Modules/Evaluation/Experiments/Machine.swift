#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the program runs on.
public enum Machine {
  /// The memory that a run may fill: the machine's, or what control groups leave this process, where that is less.
  ///
  /// The largest integer where neither is known, so that nothing is refused.
  public static var memoryBytes: Int {
    let physical = physicalBytes(pages: sysconf(Int32(_SC_PHYS_PAGES)), pageSize: sysconf(Int32(_SC_PAGESIZE)))
    let files = ControlGroup.limitFiles(membership: smallText("/proc/self/cgroup") ?? "")
    return files.compactMap { smallText($0).flatMap(ControlGroup.limit) }.reduce(physical, min)
  }

  /// The product of what the system answers; the largest integer where it does not know, or where the product is larger.
  package static func physicalBytes(pages: Int, pageSize: Int) -> Int {
    guard pages > 0, pageSize > 0 else { return .max }
    let (bytes, overflow) = pages.multipliedReportingOverflow(by: pageSize)
    return overflow ? .max : bytes
  }
}
