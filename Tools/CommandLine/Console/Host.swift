#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Queries to the system.
enum Host {
  /// The local time as a folder name: "2026-11-20-163802".
  static var timestamp: String {
    var now = time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
      guard let base = buffer.baseAddress else { return "run" }
      strftime(base, buffer.count, "%Y-%m-%d-%H%M%S", &parts)
      return String(cString: base)
    }
  }
}
