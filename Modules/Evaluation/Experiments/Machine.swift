import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The machine that the program runs on.
public enum Machine {
  /// The memory that a run may use, in bytes: the machine's, or the control groups' limit if that is lower.
  ///
  /// It is `Int.max` if neither is known, so that nothing is refused.
  public static var memoryBytes: Int {
    let physical = physicalBytes(pages: sysconf(Int32(_SC_PHYS_PAGES)), pageSize: sysconf(Int32(_SC_PAGESIZE)))
    let files = ControlGroup.limitFiles(membership: smallText("/proc/self/cgroup") ?? "")
    return files.compactMap { smallText($0).flatMap(ControlGroup.limit) }.reduce(physical, min)
  }

  /// Pages times page size; `Int.max` if either is unknown or the product overflows.
  package static func physicalBytes(pages: Int, pageSize: Int) -> Int {
    guard pages > 0, pageSize > 0 else { return .max }
    let (bytes, overflow) = pages.multipliedReportingOverflow(by: pageSize)
    return overflow ? .max : bytes
  }
}
