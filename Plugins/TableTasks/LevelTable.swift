import Registry

/// Numbers the distinct texts of a column in the order of their first appearance.
struct LevelTable {
  /// The texts, one after the other.
  private var bytes: [UInt8] = []
  /// Where each text ends in ``bytes``.
  private var ends: [Int] = []
  /// A hash table of level numbers; -1 is an empty slot.
  private var slots = [Int32](repeating: -1, count: 64)
  private var last: Int32 = -1

  /// The number of levels.
  var count: Int { ends.count }

  /// The texts by number.
  ///
  /// Bytes that are not UTF-8 stay distinct, as in `systemText`.
  var names: [String] { ends.indices.map { systemText(bytes[range(of: $0)]) } }

  /// The number of a cell's text; a new text gets the next number.
  mutating func number(of cell: CSVScanner.Cell) -> Int32 {
    if cell.hasEscapes { return cell.content.withUnsafeBufferPointer { number(of: $0) } }
    return number(of: cell.bytes)
  }

  private mutating func number(of text: UnsafeBufferPointer<UInt8>) -> Int32 {
    // Rows of a group are often adjacent.
    if last >= 0, holds(text, at: last) { return last }
    last = find(text)
    return last
  }

  private mutating func find(_ text: UnsafeBufferPointer<UInt8>) -> Int32 {
    var slot = Self.hash(text) & (slots.count - 1)
    while slots[slot] >= 0 {
      if holds(text, at: slots[slot]) { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    let number = Int32(ends.count)
    slots[slot] = number
    bytes += text
    ends.append(bytes.count)
    if 2 * ends.count > slots.count { grow() }
    return number
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: 2 * slots.count)
    bytes.withUnsafeBufferPointer { bytes in
      for number in ends.indices {
        var slot = Self.hash(UnsafeBufferPointer(rebasing: bytes[range(of: number)])) & (slots.count - 1)
        while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(number)
      }
    }
  }

  private func range(of number: Int) -> Range<Int> { (number == 0 ? 0 : ends[number - 1])..<ends[number] }

  private func holds(_ text: UnsafeBufferPointer<UInt8>, at number: Int32) -> Bool {
    let range = range(of: Int(number))
    guard range.count == text.count else { return false }
    for place in text.indices where bytes[range.lowerBound + place] != text[place] { return false }
    return true
  }

  /// FNV-1a, with its high bits folded into the low ones.
  private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Int(truncatingIfNeeded: (hash ^ (hash >> 32)) & 0x7fff_ffff)
  }
}
