/// A member of a JSON object, with its place in the text.
package struct JSONMember: Hashable, Sendable {
  /// A value with numbers as they are written.
  package enum Value: Hashable, Sendable {
    case object([JSONMember])
    case array([Value])
    case string(String)
    /// A number, `true` or `false`, as written.
    case literal(String)
    case null

    /// The text of a string, a number, `true` or `false`; nil for other values.
    package var text: String? {
      switch self {
      case .string(let text), .literal(let text): text
      case .object, .array, .null: nil
      }
    }
  }

  /// The key.
  package let key: String
  /// The position of the key, in bytes from the beginning of the text.
  package let offset: Int
  /// The value.
  package let value: Value
}

extension JSONReader {
  /// Parses a whole text as an object of any JSON values.
  ///
  /// - Returns: The members in the order of the text; their keys are unique.
  /// - Throws: ``JSONError`` at the first invalid byte.
  package static func members(of bytes: [UInt8]) throws(JSONError) -> [JSONMember] {
    var reader = JSONReader(bytes: bytes)
    reader.skipSpace()
    let members = try reader.members(depth: 0)
    try reader.end()
    return members
  }

  /// The line of a byte offset, from 1.
  package static func line(at offset: Int, of bytes: [UInt8]) -> Int { 1 + bytes.prefix(offset).count { $0 == UInt8(ascii: "\n") } }

  private mutating func members(depth: Int) throws(JSONError) -> [JSONMember] {
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
      let value = try member(depth: depth + 1)
      guard keys.insert(key).inserted else { throw JSONError(fault: .duplicateKey(key), offset: start) }
      members.append(JSONMember(key: key, offset: start, value: value))
      skipSpace()
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
    return members
  }

  private mutating func member(depth: Int) throws(JSONError) -> JSONMember.Value {
    guard depth < Self.nestingLimit else { throw error(.nestingTooDeep(limit: Self.nestingLimit)) }
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return .object(try members(depth: depth))
    case UInt8(ascii: "["): return .array(try elements(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "t"): return try word("true", .literal("true"))
    case UInt8(ascii: "f"): return try word("false", .literal("false"))
    default: return .literal(try number())
    }
  }

  private mutating func elements(depth: Int) throws(JSONError) -> [JSONMember.Value] {
    try expect(UInt8(ascii: "["))
    var elements: [JSONMember.Value] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return elements }
    repeat {
      elements.append(try member(depth: depth + 1))
      skipSpace()
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
    return elements
  }

  private mutating func word(_ word: String, _ value: JSONMember.Value) throws(JSONError) -> JSONMember.Value {
    for byte in word.utf8 { try expect(byte) }
    return value
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

  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    guard position > start else { throw unexpected }
  }
}
