public import Models

/// Everything that is meta-learned, by its role.
///
/// A tree of tensors is a state, a tree of variables lives in one shard's graph; names on the disk are in MetaParameters+Names.swift.
public struct MetaParameters<Leaf> {
  /// Where adaptation starts, under the model's own names.
  public var initial: ParameterTree<Leaf>
  /// Learned hyperparameters of the inner optimizer, under the names of ``HyperparameterKey``.
  public var inner: ParameterTree<Leaf>
  /// What else an algorithm learns, under names of its own choice.
  public var own: ParameterTree<Leaf>

  /// Gathers what is learned.
  public init(
    initial: ParameterTree<Leaf> = ParameterTree(), inner: ParameterTree<Leaf> = ParameterTree(), own: ParameterTree<Leaf> = ParameterTree()
  ) {
    self.initial = initial
    self.inner = inner
    self.own = own
  }

  /// All leaves: those of ``initial``, of ``inner``, of ``own``.
  public var leaves: [Leaf] { initial.leaves + inner.leaves + own.leaves }

  /// The number of leaves.
  public var count: Int { initial.count + inner.count + own.count }

  /// True when nothing is learned.
  public var isEmpty: Bool { count == 0 }

  /// The same roles and names with other leaves.
  public func map<Other>(_ transform: (Leaf) throws -> Other) rethrows -> MetaParameters<Other> {
    MetaParameters<Other>(initial: try initial.map(transform), inner: try inner.map(transform), own: try own.map(transform))
  }

  /// The same roles and names with new leaves, in the order of ``leaves``.
  /// - Precondition: As many leaves as there are.
  public func replacing<Other>(_ leaves: [Other]) -> MetaParameters<Other> {
    precondition(leaves.count == count, "\(leaves.count) leaves for \(count) learned tensors")
    let (first, second) = (initial.count, initial.count + inner.count)
    return MetaParameters<Other>(
      initial: initial.replacing(Array(leaves[..<first])), inner: inner.replacing(Array(leaves[first..<second])),
      own: own.replacing(Array(leaves[second...])))
  }

  /// Both trees' leaves combined.
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
