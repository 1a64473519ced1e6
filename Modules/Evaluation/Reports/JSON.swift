/// A JSON value; the members of an object keep their order, so that equal records give equal bytes.
public enum JSON: Sendable, Hashable {
  case null
  case boolean(Bool)
  case integer(Int)
  /// A number, written in the shortest form that reads back exactly; `null` if it is not finite.
  case number(Double)
  case string(String)
  case array([JSON])
  case object([JSON.Member])

  /// A member of an object.
  public struct Member: Sendable, Hashable {
    /// The key.
    public let key: String
    /// The value.
    public let value: JSON

    /// Creates a member.
    public init(_ key: String, _ value: JSON) {
      self.key = key
      self.value = value
    }
  }

  /// A number, or `null` for nil.
  public static func optional(_ value: Double?) -> JSON { value.map { .number($0) } ?? .null }

  /// A string, or `null` for nil.
  public static func optional(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }

  /// The value on one line, without spaces.
  public var line: String {
    switch self {
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): "\(value)"
    case .number(let value): value.isFinite ? "\(value)" : "null"
    case .string(let text): Self.quoted(text)
    case .array(let elements): "[\(elements.map(\.line).joined(separator: ","))]"
    case .object(let members): "{\(members.map { "\(Self.quoted($0.key)):\($0.value.line)" }.joined(separator: ","))}"
    }
  }

  /// The value over several lines, indented by two spaces; arrays without nested values stay on one line.
  public var text: String { indented(0) + "\n" }

  private func indented(_ depth: Int) -> String {
    let space = String(repeating: "  ", count: depth + 1)
    let end = String(repeating: "  ", count: depth)
    switch self {
    case .array(let elements) where elements.contains(where: \.isNested):
      return "[\n\(elements.map { space + $0.indented(depth + 1) }.joined(separator: ",\n"))\n\(end)]"
    case .object(let members) where !members.isEmpty:
      let lines = members.map { "\(space)\(Self.quoted($0.key)): \($0.value.indented(depth + 1))" }
      return "{\n\(lines.joined(separator: ",\n"))\n\(end)}"
    default: return line
    }
  }

  private var isNested: Bool {
    switch self {
    case .array, .object: true
    default: false
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
