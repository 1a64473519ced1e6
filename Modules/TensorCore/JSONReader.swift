import Registry

/// A JSON value in a safetensors header, which has no signs, fractions, `true` or `false`.
enum JSONValue: Hashable {
  case object([String: JSONValue])
  case array([JSONValue])
  case string(String)
  case integer(Int)
  /// Only `__metadata__` may be null.
  case null
}

/// A safetensors header that is not valid JSON of the supported kind.
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

/// A strict reader of the JSON in a safetensors header; every array access is bounds-checked.
package struct JSONReader {
  /// The deepest nesting of objects and arrays that is read; a safetensors header has three levels.
  static let nestingLimit = 16

  let bytes: [UInt8]
  var position = 0

  /// Parses a whole text as one value.
  ///
  /// - Throws: ``JSONError`` at the first invalid byte.
  static func value(of bytes: [UInt8]) throws(JSONError) -> JSONValue {
    var reader = JSONReader(bytes: bytes)
    let value = try reader.value(depth: 0)
    try reader.end()
    return value
  }

  /// Throws if more than space follows.
  mutating func end() throws(JSONError) {
    skipSpace()
    guard position == bytes.count else { throw error(.trailingText) }
  }

  init(bytes: [UInt8]) { self.bytes = bytes }

  func error(_ fault: JSONError.Fault) -> JSONError { JSONError(fault: fault, offset: position) }

  var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { position += 1 }
  }

  /// The error for a byte that the grammar does not allow.
  var unexpected: JSONError { error(current.map { .unexpectedByte($0) } ?? .unexpectedEnd) }

  mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard current == byte else { throw unexpected }
    position += 1
  }

  /// Skips a byte and returns true if it comes next.
  mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= Self.nestingLimit else { throw error(.nestingTooDeep(limit: Self.nestingLimit)) }
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return .integer(try integer())
    case UInt8(ascii: "n"):
      try null()
      return .null
    default: throw unexpected
    }
  }

  private mutating func null() throws(JSONError) {
    for byte in "null".utf8 { try expect(byte) }
  }

  private mutating func object(depth: Int) throws(JSONError) -> [String: JSONValue] {
    try expect(UInt8(ascii: "{"))
    var members: [String: JSONValue] = [:]
    skipSpace()
    if take(UInt8(ascii: "}")) { return members }
    repeat {
      skipSpace()
      let start = position
      let key = try string()
      skipSpace()
      try expect(UInt8(ascii: ":"))
      let member = try value(depth: depth + 1)
      guard members.updateValue(member, forKey: key) == nil else {
        throw JSONError(fault: .duplicateKey(key), offset: start)
      }
      skipSpace()
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
    return members
  }

  private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
    try expect(UInt8(ascii: "["))
    var elements: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return elements }
    repeat {
      elements.append(try value(depth: depth + 1))
      skipSpace()
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
    return elements
  }

  private mutating func integer() throws(JSONError) -> Int {
    let start = position
    var result = 0
    while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      // JSON has no leading zeros: no digit may follow a first 0.
      guard position == start || bytes[start] != UInt8(ascii: "0") else { throw unexpected }
      let (tens, tooLarge) = result.multipliedReportingOverflow(by: 10)
      let (sum, carried) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      guard !tooLarge, !carried else { throw error(.integerOverflow) }
      result = sum
      position += 1
    }
    return result
  }

  mutating func string() throws(JSONError) -> String {
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
