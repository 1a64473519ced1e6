import Models
import Synchronization
import TensorCore

/// What the shards of one step contribute, summed in a fixed binary tree over the shards' numbers.
///
/// ```
/// node(l, k) = node(l − 1, 2k) + node(l − 1, 2k + 1)        leaves are the shards; a child beyond the last shard is left out
/// ```
/// A node covers the shards k·2ˡ ..< (k + 1)·2ˡ, so the sum has the same bits on any number of threads, and on any number of machines
/// that each own a range of shards: a machine sums the subtrees that lie in its range. Threads add while others are still at work.
final class StepTotal: Sendable {
  /// The contributions of all shards.
  struct Sum: Sendable {
    /// The sum of the shards' vectors.
    var vector: Tensor
    /// What the shards report, in their order.
    let reports: [ShardReport]
  }

  /// A place in the tree.
  private struct Node: Equatable {
    var level = 0
    var place: Int

    var parent: Node { Node(level: level + 1, place: place / 2) }
    var sibling: Node { Node(level: level, place: place ^ 1) }
    /// The first shard that the node covers.
    var firstShard: Int { place << level }
  }

  private struct Progress {
    /// What waits for its sibling, by the first shard that it covers: of the nodes that start there, one waits at a time.
    private var waiting: [(node: Node, vector: Tensor)?]
    var root: Tensor?
    var reports: [ShardReport?]
    var ended = 0
    var failure: (shard: Int, error: any Error)?

    init(count: Int) {
      waiting = Array(repeating: nil, count: count)
      reports = Array(repeating: nil, count: count)
    }

    /// Takes out the vector of a node that waits; nil where it does not.
    mutating func take(_ node: Node) -> Tensor? {
      waiting[node.firstShard]?.node == node ? waiting[node.firstShard].take()?.vector : nil
    }

    mutating func end(_ shard: Int, _ report: ShardReport) {
      reports[shard] = report
      ended += 1
    }

    /// Takes the sibling's vector out where it waits; leaves the node's own vector to wait elsewhere.
    ///
    /// The caller gives its reference away: a second one would turn the sibling's addition into a copy.
    mutating func meet(_ own: inout Tensor?, at node: Node) -> Tensor? {
      if let found = take(node.sibling) { return found }
      waiting[node.firstShard] = own.take().map { (node, $0) }
      return nil
    }
  }

  private let count: Int
  private let algorithm: String
  private let progress: Mutex<Progress>

  /// The total of the shards 0..<count of an algorithm, which messages name.
  init(of count: Int, algorithm: String) {
    self.count = count
    self.algorithm = algorithm
    progress = Mutex(Progress(count: count))
  }

  /// Takes what a shard contributes; the vector's storage may be written anew afterwards.
  ///
  /// Copies and additions run while the lock is free: a thread that waits for another's is asleep for longer than they take.
  func add(_ vector: Tensor, _ report: ShardReport, of shard: Int) {
    var node = Node(place: shard)
    // The present node's vector in storage of its own; nil while it is the shard's.
    var own: Tensor?
    while node.firstShard > 0 || 1 << node.level < count {
      if node.sibling.firstShard >= count {
        node = node.parent
        continue
      }
      // A sibling that waits takes the shard's vector without a copy in between.
      if own == nil, var sum = progress.withLock({ $0.take(node.sibling) }) {
        // A shard that observed something has no sum with one that did not.
        guard sum.shape == vector.shape else { return fail(TrainingError.misfit(algorithm: algorithm), in: shard) }
        sum.accumulate(vector)
        own = sum
      } else {
        if own == nil { own = vector.separateCopy }
        guard var sum = progress.withLock({ $0.meet(&own, at: node) }) else {
          progress.withLock { $0.end(shard, report) }
          return
        }
        if let own {
          guard sum.shape == own.shape else { return fail(TrainingError.misfit(algorithm: algorithm), in: shard) }
          sum.accumulate(own)
        }
        own = sum
      }
      node = node.parent
    }
    let root = own ?? vector.separateCopy
    progress.withLock {
      $0.root = root
      $0.end(shard, report)
    }
  }

  /// Takes the error that ended a shard.
  func fail(_ error: any Error, in shard: Int) {
    progress.withLock { progress in
      progress.ended += 1
      if shard < progress.failure?.shard ?? .max { progress.failure = (shard, error) }
    }
  }

  /// True when no shard is at work any more.
  var isComplete: Bool { progress.withLock { $0.ended == count } }

  /// The sum over the shards.
  ///
  /// - Throws: The error of the first shard that failed, by number.
  /// - Precondition: All of them have contributed or failed.
  func sum() throws -> Sum {
    try progress.withLock { progress in
      if let failure = progress.failure { throw failure.error }
      guard progress.ended == count, let root = progress.root.take() else {
        preconditionFailure("a total of \(progress.ended) shards, expected \(count)")
      }
      return Sum(vector: root, reports: progress.reports.compactMap { $0 })
    }
  }
}
