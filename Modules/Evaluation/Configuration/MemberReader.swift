import TensorCore

/// The members of an object in a file that a user writes, with the places of their faults.
struct MemberReader {
  let path: String
  let bytes: [UInt8]
  let members: [JSONMember]

  func member(_ key: String) -> JSONMember? { members.first { $0.key == key } }

  /// The line of a member's key.
  func line(_ member: JSONMember) -> Int { JSONReader.line(at: member.offset, of: bytes) }

  func required(_ key: String) throws(ConfigurationError) -> JSONMember {
    guard let member = member(key) else { throw .missing(path: path, key: key) }
    return member
  }

  func text(_ key: String) throws(ConfigurationError) -> String {
    let member = try required(key)
    guard case .string(let text) = member.value else { throw .value(path: path, line: line(member), key: key, expected: "a text") }
    return text
  }

  func optionalText(_ key: String) throws(ConfigurationError) -> String? { member(key) == nil ? nil : try text(key) }

  func number<Number>(_ key: String, expected: String, _ parse: (String) -> Number?) throws(ConfigurationError) -> Number? {
    guard let member = member(key) else { return nil }
    guard let number = member.value.text.flatMap(parse) else { throw .value(path: path, line: line(member), key: key, expected: expected) }
    return number
  }

  func object(_ key: String) throws(ConfigurationError) -> [JSONMember] {
    guard let member = member(key) else { return [] }
    guard case .object(let members) = member.value else { throw .value(path: path, line: line(member), key: key, expected: "an object") }
    return members
  }
}
