/// Leaves by stable name ("features.0.conv.weight"), in the order in which the model declares them.
///
/// A tree of tensors is Sendable; a tree of variables lives in one shard's graph. Adapted weights are just another tree:
/// nothing is cloned or patched.
public struct ParameterTree<Leaf> {
  /// The names, in order.
  public let names: [String]
  /// The leaves, in the order of the names.
  public private(set) var leaves: [Leaf]
  private let places: [String: Int]

  /// - Precondition: The names are different.
  public init(_ entries: [(name: String, leaf: Leaf)]) {
    names = entries.map(\.name)
    leaves = entries.map(\.leaf)
    places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
  }

  private init(names: [String], places: [String: Int], leaves: [Leaf]) {
    self.names = names
    self.places = places
    self.leaves = leaves
  }

  /// An empty tree.
  public init() { self.init(names: [], places: [:], leaves: []) }

  /// The number of leaves.
  public var count: Int { leaves.count }

  /// True when there is no leaf.
  public var isEmpty: Bool { leaves.isEmpty }

  /// Names with their leaves, in order.
  public var entries: [(name: String, leaf: Leaf)] { Swift.zip(names, leaves).map { ($0, $1) } }

  /// The leaf of a name.
  /// - Precondition: The name exists; ``leaf(_:)`` asks whether it does.
  public subscript(name: String) -> Leaf {
    get {
      guard let place = places[name] else { preconditionFailure("no parameter '\(name)' among \(names)") }
      return leaves[place]
    }
    set {
      guard let place = places[name] else { preconditionFailure("no parameter '\(name)' among \(names)") }
      leaves[place] = newValue
    }
  }

  /// The leaf of a name, nil where there is none.
  public func leaf(_ name: String) -> Leaf? { places[name].map { leaves[$0] } }

  /// A tree of the same names.
  public func map<Other>(_ transform: (Leaf) throws -> Other) rethrows -> ParameterTree<Other> {
    ParameterTree<Other>(names: names, places: places, leaves: try leaves.map(transform))
  }

  /// A tree of the same names, made of both trees' leaves.
  /// - Precondition: The names agree.
  public func zip<Second, Other>(
    _ second: ParameterTree<Second>, _ transform: (Leaf, Second) throws -> Other
  ) rethrows -> ParameterTree<Other> {
    precondition(names == second.names, "trees of different names: \(names) and \(second.names)")
    return ParameterTree<Other>(
      names: names, places: places, leaves: try Swift.zip(leaves, second.leaves).map(transform))
  }

  /// A tree of the same names and new leaves, in order.
  /// - Precondition: As many leaves as names.
  public func replacing<Other>(_ leaves: [Other]) -> ParameterTree<Other> {
    precondition(leaves.count == names.count, "\(leaves.count) leaves for \(names.count) names")
    return ParameterTree<Other>(names: names, places: places, leaves: leaves)
  }

  /// The leaves whose names begin with the prefix and a dot, under the rest of their names.
  public func subtree(_ prefix: String) -> ParameterTree {
    ParameterTree(
      entries.compactMap { entry in
        entry.name.hasPrefix(prefix + ".") ? (String(entry.name.dropFirst(prefix.count + 1)), entry.leaf) : nil
      })
  }

  /// The same leaves, each name behind the prefix and a dot.
  public func prefixed(_ prefix: String) -> ParameterTree {
    ParameterTree(entries.map { ("\(prefix).\($0.name)", $0.leaf) })
  }

  /// The leaves of both trees, this one's first.
  /// - Precondition: No name is in both.
  public func merging(_ other: ParameterTree) -> ParameterTree { ParameterTree(entries + other.entries) }

  /// The leaves whose names pass.
  public func filter(_ isIncluded: (String) -> Bool) -> ParameterTree { ParameterTree(entries.filter { isIncluded($0.name) }) }

  /// This tree with the leaves of another in place of its own where the names agree.
  public func updated(with other: ParameterTree) -> ParameterTree {
    replacing(entries.map { other.leaf($0.name) ?? $0.leaf })
  }
}

extension ParameterTree: Sendable where Leaf: Sendable {}
