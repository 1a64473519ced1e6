#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Double {
  /// With a number of digits after the point: (0.5).fixed(3) is "0.500".
  func fixed(_ digits: Int) -> String { formatted("%.\(digits)f") }

  /// With a number of significant digits: (0.00012345).significant(3) is "0.000123".
  func significant(_ digits: Int) -> String { formatted("%.\(digits)g") }

  private func formatted(_ format: String) -> String {
    withVaList([self]) { list in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
        guard let base = buffer.baseAddress else { return "\(self)" }
        vsnprintf(base, buffer.count, format, list)
        return String(cString: base)
      }
    }
  }
}

extension String {
  /// Padded with spaces on the left.
  func indented(to width: Int) -> String { String(repeating: " ", count: Swift.max(0, width - count)) + self }
}

/// "1 h 5 min", "3 min 20 s" or "12 s".
func durationText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "?" }
  let whole = Int(seconds.rounded())
  if whole >= 3600 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
  return whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
}
