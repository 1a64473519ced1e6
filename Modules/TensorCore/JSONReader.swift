import Registry

/// A text that is not valid JSON of the expected kind.
public struct JSONError: Error, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Fault: Hashable, Sendable {
    /// The text ends inside a value.
    case unexpectedEnd
    /// A byte that the grammar does not allow here.
    case unexpectedByte(UInt8)
    /// Text after the end of the value.
    case trailingText
    /// An unknown escape after a backslash, or half of a surrogate pair.
    case invalidEscape
    /// Bytes in a string that are not UTF-8.
    case invalidUTF8
    /// A number above 2⁶³ − 1.
    case integerOverflow
    /// Objects and arrays nested deeper than the limit.
    case nestingTooDeep(limit: Int)
    /// A key that appears twice in one object.
    case duplicateKey(String)
  }

  /// What is wrong.
  public let fault: Fault
  /// The position of the fault, in bytes from the beginning of the text.
  public let offset: Int

  /// A fault at a byte offset from the beginning of the text.
  public init(fault: Fault, offset: Int) {
    self.fault = fault
    self.offset = offset
  }

  public var description: String {
    let text =
      switch fault {
      case .unexpectedEnd: "the text ends within a value"
      case .unexpectedByte(let byte): "unexpected byte 0x\(String(byte, radix: 16))"
      case .trailingText: "text after the end of the value"
      case .invalidEscape: "an invalid escape in a string"
      case .invalidUTF8: "a string that is not UTF-8"
      case .integerOverflow: "a number above \(Int.max)"
      case .nestingTooDeep(let limit): "values nested deeper than \(limit)"
      case .duplicateKey(let key): "the key '\(legible(key))' for the second time"
      }
    return "\(text) at byte \(offset)"
  }
}

/// A strict reader of JSON; every array access is bounds-checked, and the keys of an object are unique.
///
/// - SeeAlso: RFC 8259, <https://www.rfc-editor.org/rfc/rfc8259>
package struct JSONReader {
  /// What a text may contain.
  private enum Grammar {
    /// A safetensors header, whose values are objects, arrays, strings, integers from 0 and null.
    case header
    /// All of JSON.
    case all
  }

  /// The deepest nesting of objects and arrays that is read; a safetensors header has three levels.
  static let nestingLimit = 16

  private let bytes: [UInt8]
  private let grammar: Grammar
  private var position = 0

  /// Parses a safetensors header.
  ///
  /// - Throws: ``JSONError`` at the first invalid byte.
  static func header(of bytes: [UInt8]) throws(JSONError) -> JSONMember.Value { try value(of: bytes, .header) }

  /// Parses a whole text as an object of any JSON values.
  ///
  /// - Returns: The members in the order of the text.
  /// - Throws: ``JSONError`` at the first invalid byte.
  package static func members(of bytes: [UInt8]) throws(JSONError) -> [JSONMember] {
    guard case .object(let members) = try value(of: bytes, .all) else {
      let start = bytes.firstIndex { !isSpace($0) } ?? 0
      throw JSONError(fault: .unexpectedByte(bytes[start]), offset: start)
    }
    return members
  }

  /// The line of a byte offset, from 1.
  package static func line(at offset: Int, of bytes: [UInt8]) -> Int { 1 + bytes.prefix(offset).count { $0 == UInt8(ascii: "\n") } }

  private static func value(of bytes: [UInt8], _ grammar: Grammar) throws(JSONError) -> JSONMember.Value {
    var reader = JSONReader(bytes: bytes, grammar: grammar)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.position == bytes.count else { throw reader.error(.trailingText) }
    return value
  }

  private init(bytes: [UInt8], grammar: Grammar) {
    self.bytes = bytes
    self.grammar = grammar
  }

  private func error(_ fault: JSONError.Fault) -> JSONError { JSONError(fault: fault, offset: position) }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }

  private mutating func skipSpace() {
    while let byte = current, Self.isSpace(byte) { position += 1 }
  }

  /// The error for a byte that the grammar does not allow.
  private var unexpected: JSONError { error(current.map { .unexpectedByte($0) } ?? .unexpectedEnd) }

  private mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard current == byte else { throw unexpected }
    position += 1
  }

  /// Skips a byte and returns true if it comes next.
  private mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONMember.Value {
    guard depth <= Self.nestingLimit else { throw error(.nestingTooDeep(limit: Self.nestingLimit)) }
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "n"): return try word("null", .null)
    case _ where grammar == .header: return .literal(try integer())
    case UInt8(ascii: "t"): return try word("true", .literal("true"))
    case UInt8(ascii: "f"): return try word("false", .literal("false"))
    default: return .literal(try number())
    }
  }

  private mutating func word(_ word: String, _ value: JSONMember.Value) throws(JSONError) -> JSONMember.Value {
    for byte in word.utf8 { try expect(byte) }
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> [JSONMember] {
    try expect(UInt8(ascii: "{"))
    var members: [JSONMember] = []
    var keys: Set<String> = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return members }
    repeat {
      skipSpace()
      let start = position
      let key = try string()
      skipSpace()
      try expect(UInt8(ascii: ":"))
      let value = try value(depth: depth + 1)
      guard keys.insert(key).inserted else { throw JSONError(fault: .duplicateKey(key), offset: start) }
      members.append(JSONMember(key: key, offset: start, value: value))
      skipSpace()
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
    return members
  }

  private mutating func array(depth: Int) throws(JSONError) -> [JSONMember.Value] {
    try expect(UInt8(ascii: "["))
    var elements: [JSONMember.Value] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return elements }
    repeat {
      elements.append(try value(depth: depth + 1))
      skipSpace()
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
    return elements
  }

  /// Reads an integer from 0 to 2⁶³ − 1.
  private mutating func integer() throws(JSONError) -> String {
    let start = position
    var value = 0
    guard Self.isDigit(current) else { throw unexpected }
    while let byte = current, Self.isDigit(byte) {
      // JSON has no leading zeros: no digit may follow a first 0.
      guard position == start || bytes[start] != UInt8(ascii: "0") else { throw unexpected }
      let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      guard !tooLarge, !carried else { throw error(.integerOverflow) }
      value = sum
      position += 1
    }
    return "\(value)"
  }

  /// Reads a number: an optional minus, digits without a leading zero, and optionally a fraction and an exponent.
  private mutating func number() throws(JSONError) -> String {
    let start = position
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) { try digits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private static func isDigit(_ byte: UInt8?) -> Bool { byte.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false }

  /// Skips one digit or more.
  private mutating func digits() throws(JSONError) {
    guard Self.isDigit(current) else { throw unexpected }
    while Self.isDigit(current) { position += 1 }
  }

  private mutating func string() throws(JSONError) -> String {
    let start = position
    try expect(UInt8(ascii: "\""))
    var content: [UInt8] = []
    while true {
      guard let byte = current else { throw error(.unexpectedEnd) }
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let text = String(validating: content, as: UTF8.self) else {
          throw JSONError(fault: .invalidUTF8, offset: start)
        }
        return text
      case UInt8(ascii: "\\"):
        position += 1
        content.append(contentsOf: String(try escape()).utf8)
      case 0..<0x20: throw unexpected
      default:
        content.append(byte)
        position += 1
      }
    }
  }

  /// Parses an escape after its backslash, and returns the character that it stands for.
  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    guard let byte = current else { throw error(.unexpectedEnd) }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default:
      position -= 1
      throw error(.invalidEscape)
    }
    let first = try hexadecimalUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    // A surrogate: valid only if it is a high one and a low one follows.
    guard (0xd800..<0xdc00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
      throw error(.invalidEscape)
    }
    let second = try hexadecimalUnit()
    guard (0xdc00..<0xe000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xd800) << 10 + (UInt32(second) - 0xdc00))
    else { throw error(.invalidEscape) }
    return scalar
  }

  private mutating func hexadecimalUnit() throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = current else { throw error(.unexpectedEnd) }
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw error(.invalidEscape) }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }
}
