/// The byte between the cells of a row.
public enum TableSeparator: String, Sendable, Hashable, CaseIterable {
  /// The one of comma, semicolon and tab that the header has most often.
  case auto
  case comma, semicolon, tab

  /// The byte for a table that starts with the given header line.
  ///
  /// A header without any of the three has a single column, so any byte does.
  func byte(for header: UnsafeBufferPointer<UInt8>) -> UInt8 {
    switch self {
    case .comma: return UInt8(ascii: ",")
    case .semicolon: return UInt8(ascii: ";")
    case .tab: return UInt8(ascii: "\t")
    case .auto: break
    }
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in header {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: "\n"), !isQuoted { break }
      if !isQuoted { counts[byte, default: 0] += 1 }
    }
    var best = UInt8(ascii: ",")
    for other in [UInt8(ascii: ";"), UInt8(ascii: "\t")] where counts[other, default: 0] > counts[best, default: 0] { best = other }
    return best
  }
}
