/// A value that is written as JSON; the members of an object keep their order, so that equal records give equal bytes.
public enum JSON: Sendable, Hashable {
  case null
  case boolean(Bool)
  case integer(Int)
  /// A number; written in the shortest form that reads back as the same one, `null` where it is not finite.
  case number(Double)
  case string(String)
  case array([JSON])
  case object([JSON.Member])

  /// A member of an object.
  public struct Member: Sendable, Hashable {
    /// Its key.
    public let key: String
    /// Its value.
    public let value: JSON

    /// Pairs a key with a value.
    public init(_ key: String, _ value: JSON) {
      self.key = key
      self.value = value
    }
  }
}
