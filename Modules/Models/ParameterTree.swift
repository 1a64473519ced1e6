import Registry

/// Leaves by stable name, such as "features.0.conv.weight", in the order of the model's declarations.
///
/// A tree of tensors is Sendable; a tree of variables belongs to one shard's graph. Adapted weights are just another tree, so no model
/// is cloned or patched.
public struct ParameterTree<Leaf> {
  /// The names, in order.
  public let names: [String]
  /// The leaves, in the order of the names.
  public private(set) var leaves: [Leaf]
  private let places: [String: Int]

  /// - Precondition: No two entries share a name.
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

  /// True if there is no leaf.
  public var isEmpty: Bool { leaves.isEmpty }

  /// The names with their leaves, in order.
  public var entries: [(name: String, leaf: Leaf)] { Swift.zip(names, leaves).map { ($0, $1) } }

  /// The leaf with the given name.
  /// - Precondition: The name exists; use ``leaf(_:)`` if it may not.
  public subscript(name: String) -> Leaf {
    get {
      guard let place = places[name] else { fatalError("no parameter '\(name)' among \(names)") }
      return leaves[place]
    }
    set {
      guard let place = places[name] else { fatalError("no parameter '\(name)' among \(names)") }
      leaves[place] = newValue
    }
  }

  /// The leaf with the given name; nil if there is none.
  public func leaf(_ name: String) -> Leaf? { places[name].map { leaves[$0] } }

  /// A tree with the same names and transformed leaves.
  public func map<Other>(_ transform: (Leaf) throws -> Other) rethrows -> ParameterTree<Other> {
    ParameterTree<Other>(names: names, places: places, leaves: try leaves.map(transform))
  }

  /// A tree with the same names, each leaf computed from both trees' leaves of that name.
  /// - Precondition: The names agree.
  public func zip<Second, Other>(
    _ second: ParameterTree<Second>, _ transform: (Leaf, Second) throws -> Other
  ) rethrows -> ParameterTree<Other> {
    require(names == second.names, "trees of different names: \(names) and \(second.names)")
    return ParameterTree<Other>(
      names: names, places: places, leaves: try Swift.zip(leaves, second.leaves).map(transform))
  }

  /// A tree with the same names and new leaves, in the order of the names.
  /// - Precondition: There are as many leaves as names.
  public func replacing<Other>(_ leaves: [Other]) -> ParameterTree<Other> {
    require(leaves.count == names.count, "\(leaves.count) leaves for \(names.count) names")
    return ParameterTree<Other>(names: names, places: places, leaves: leaves)
  }

  /// The leaves whose names begin with the prefix and a dot, which are removed from the names.
  public func subtree(_ prefix: String) -> ParameterTree {
    ParameterTree(
      entries.compactMap { entry in
        entry.name.hasPrefix(prefix + ".") ? (String(entry.name.dropFirst(prefix.count + 1)), entry.leaf) : nil
      })
  }

  /// The same leaves, with the prefix and a dot before each name.
  public func prefixed(_ prefix: String) -> ParameterTree {
    ParameterTree(entries.map { ("\(prefix).\($0.name)", $0.leaf) })
  }

  /// The leaves of both trees, this one's first.
  /// - Precondition: No name is in both.
  public func merging(_ other: ParameterTree) -> ParameterTree { ParameterTree(entries + other.entries) }

  /// The leaves whose names the closure accepts.
  public func filter(_ isIncluded: (String) -> Bool) -> ParameterTree { ParameterTree(entries.filter { isIncluded($0.name) }) }

  /// This tree, with another tree's leaves in place of its own for each name that both have.
  public func updated(with other: ParameterTree) -> ParameterTree {
    replacing(entries.map { other.leaf($0.name) ?? $0.leaf })
  }
}

extension ParameterTree: Sendable where Leaf: Sendable {}
