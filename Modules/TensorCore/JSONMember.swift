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
