import TensorCore

/// The gradient and the observations of a shard, leaf by leaf, in the order of the vector in which shards are summed.
///
/// A sum adds the leaves as they are. Joining them first would copy every number of every shard once more.
struct Contribution: Sendable {
  private let leaves: TensorPieces

  /// Takes float32 leaves.
  init(_ leaves: [Tensor]) { self.leaves = TensorPieces(leaves) }

  /// The number of elements.
  var count: Int { leaves.count }

  /// The leaves as one vector, in storage of its own.
  var joined: Tensor { leaves.joined }

  /// Adds the leaves to a sum of this length, in place if nothing else references the sum.
  func add(to sum: inout Tensor) { leaves.add(to: &sum) }
}
