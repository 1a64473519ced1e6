/// The actions that an environment takes.
public enum ActionSpace: Sendable, Hashable, CustomStringConvertible {
  /// Vectors of real numbers with this many entries.
  case continuous(Int)
  /// One of this many actions, as a vector of 0 with a single 1.
  case discrete(Int)

  /// The number of entries of one action.
  public var width: Int {
    switch self {
    case .continuous(let width), .discrete(let width): width
    }
  }

  public var description: String {
    switch self {
    case .continuous(let width): "\(width) continuous numbers"
    case .discrete(let count): "one of \(count) discrete actions"
    }
  }
}
