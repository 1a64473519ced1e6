import Registry
public import Models

/// All meta-learned values, grouped by role.
///
/// Leaves are tensors in a state, and variables in the graph of a shard. MetaParameters+Names.swift defines the names on disk.
public struct MetaParameters<Leaf> {
  /// Initial parameters of adaptation, under the model's own names.
  public var initial: ParameterTree<Leaf>
  /// Learned hyperparameters of the inner optimizer, under the names of ``HyperparameterKey``.
  public var inner: ParameterTree<Leaf>
  /// Other learned values, under names that the algorithm chooses.
  public var own: ParameterTree<Leaf>

  /// Creates a group of learned values; each role is empty by default.
  public init(
    initial: ParameterTree<Leaf> = ParameterTree(), inner: ParameterTree<Leaf> = ParameterTree(), own: ParameterTree<Leaf> = ParameterTree()
  ) {
    self.initial = initial
    self.inner = inner
    self.own = own
  }

  /// All leaves, in the order ``initial``, ``inner``, ``own``.
  public var leaves: [Leaf] { initial.leaves + inner.leaves + own.leaves }

  /// Number of leaves in all roles.
  public var count: Int { initial.count + inner.count + own.count }

  /// True if nothing is learned.
  public var isEmpty: Bool { count == 0 }

  /// Transforms every leaf and keeps roles and names.
  public func map<Other>(_ transform: (Leaf) throws -> Other) rethrows -> MetaParameters<Other> {
    MetaParameters<Other>(initial: try initial.map(transform), inner: try inner.map(transform), own: try own.map(transform))
  }

  /// Replaces the leaves, in the order of ``leaves``, and keeps roles and names.
  /// - Precondition: There are ``count`` new leaves.
  public func replacing<Other>(_ leaves: [Other]) -> MetaParameters<Other> {
    require(leaves.count == count, "\(leaves.count) leaves for \(count) learned tensors")
    let (first, second) = (initial.count, initial.count + inner.count)
    return MetaParameters<Other>(
      initial: initial.replacing(Array(leaves[..<first])), inner: inner.replacing(Array(leaves[first..<second])),
      own: own.replacing(Array(leaves[second...])))
  }

  /// Combines the corresponding leaves of two trees.
  /// - Precondition: Roles and names agree.
  public func zip<Second, Other>(
    _ second: MetaParameters<Second>, _ transform: (Leaf, Second) throws -> Other
  ) rethrows -> MetaParameters<Other> {
    MetaParameters<Other>(
      initial: try initial.zip(second.initial, transform), inner: try inner.zip(second.inner, transform),
      own: try own.zip(second.own, transform))
  }
}

extension MetaParameters: Sendable where Leaf: Sendable {}
