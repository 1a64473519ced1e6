import TensorCore

/// Damages inputs; the same seed gives the same damage.
package struct Mutator {
  /// The most bytes of an input.
  package static let sizeLimit = 1 << 16

  private var stream: RandomStream
  private let tokens: [[UInt8]]

  /// A mutator for a format with the given tokens.
  package init(seed: UInt64, tokens: [[UInt8]] = []) {
    stream = RandomStream(seed: seed).child("fuzz")
    self.tokens = tokens
  }

  /// A random number in 0..<bound.
  package mutating func choice(below bound: Int) -> Int { stream.integer(below: bound) }

  /// An input with one to eight changes.
  ///
  /// - Parameters:
  ///   - input: The input to change.
  ///   - other: An input to take pieces from.
  /// - Returns: At most ``sizeLimit`` bytes.
  package mutating func mutated(_ input: [UInt8], with other: [UInt8]) -> [UInt8] {
    var bytes = input
    for _ in 0..<(1 << stream.integer(below: 4)) { change(&bytes, other) }
    return Array(bytes.prefix(Self.sizeLimit))
  }

  private mutating func change(_ bytes: inout [UInt8], _ other: [UInt8]) {
    switch stream.integer(below: 12) {
    case 0: flipBit(&bytes)
    case 1: if let place = place(in: bytes) { bytes[place] = Self.edges[stream.integer(below: Self.edges.count)] }
    case 2: insert([UInt8(stream.integer(below: 256))], into: &bytes)
    case 3: bytes.removeSubrange(range(in: bytes))
    case 4: bytes = Array(bytes.prefix(stream.integer(below: bytes.count + 1)))
    case 5: insert(Array(bytes[range(in: bytes)]), into: &bytes)
    case 6: insert(Array(other[range(in: other)]), into: &bytes)
    case 7: bytes = bytes.prefix(stream.integer(below: bytes.count + 1)) + other.suffix(stream.integer(below: other.count + 1))
    case 8: overwriteInteger(&bytes)
    case 9: replaceDecimal(&bytes)
    case 10:
      // Long repetitions: deep nesting, long names.
      let piece = Array(bytes[range(in: bytes)].prefix(4))
      insert(Array(repeatElement(piece, count: 1 << stream.integer(below: 14)).joined()), into: &bytes)
    default:
      guard !tokens.isEmpty else { return flipBit(&bytes) }
      let token = tokens[stream.integer(below: tokens.count)]
      if stream.integer(below: 2) == 0 { return insert(token, into: &bytes) }
      bytes.replaceSubrange(range(in: bytes), with: token)
    }
  }

  private mutating func flipBit(_ bytes: inout [UInt8]) {
    if let place = place(in: bytes) { bytes[place] ^= 1 << stream.integer(below: 8) }
  }

  private mutating func insert(_ piece: [UInt8], into bytes: inout [UInt8]) {
    bytes.insert(contentsOf: piece, at: stream.integer(below: bytes.count + 1))
  }

  /// Overwrites 2, 4 or 8 bytes with a number near a power of two, in either byte order.
  private mutating func overwriteInteger(_ bytes: inout [UInt8]) {
    let width = 2 << stream.integer(below: 3)
    guard bytes.count >= width else { return }
    let start = stream.integer(below: bytes.count - width + 1)
    let number = edgeNumber()
    let isLittle = stream.integer(below: 2) == 0
    for index in 0..<width {
      bytes[start + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * (isLittle ? index : width - 1 - index)))
    }
  }

  /// Replaces a number in text by one near a power of two, by a fraction or by what is no number.
  private mutating func replaceDecimal(_ bytes: inout [UInt8]) {
    guard let from = place(in: bytes) else { return }
    func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    guard let start = bytes[from...].firstIndex(where: isDigit) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    let words = ["-1", "1e308", "1e-320", "nan", "-0.0", "0x10", "1e5", "null", "\"\"", "99999999999999999999"]
    let text = stream.integer(below: 2) == 0 ? "\(edgeNumber())" : words[stream.integer(below: words.count)]
    bytes.replaceSubrange(start..<end, with: text.utf8)
  }

  /// A number within two of a power of two.
  private mutating func edgeNumber() -> UInt64 {
    (1 << UInt64(stream.integer(below: 64))) &+ UInt64(stream.integer(below: 5)) &- 2
  }

  private mutating func place(in bytes: [UInt8]) -> Int? { bytes.isEmpty ? nil : stream.integer(below: bytes.count) }

  /// A random range, more often short than long.
  private mutating func range(in bytes: [UInt8]) -> Range<Int> {
    let start = stream.integer(below: bytes.count + 1)
    let length = stream.integer(below: 1 << stream.integer(below: 11))
    return start..<min(bytes.count, start + length)
  }

  private static let edges: [UInt8] = [
    0, 1, 9, 10, 27, 34, 44, 45, 46, 47, 48, 57, 58, 91, 92, 93, 123, 125, 127, 128, 0xc0, 0xed, 0xfe, 0xff,
  ]
}
