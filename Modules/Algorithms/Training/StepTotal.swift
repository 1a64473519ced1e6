import Models
import Synchronization
import TensorCore

/// The sum of the shards' contributions to one step, over a fixed binary tree of shard numbers.
///
/// ```
/// node(l, k) = node(l − 1, 2k) + node(l − 1, 2k + 1)        leaves are the shards; a child beyond the last shard is left out
/// ```
/// A node covers the shards k·2ˡ ..< (k + 1)·2ˡ, so the sum has the same bits on any number of threads. The same holds for any number of
/// machines that each own a range of shards and sum the subtrees within it. Threads add contributions while others still work.
final class StepTotal: Sendable {
  /// The summed contributions of all shards.
  struct Sum: Sendable {
    /// The sum of the shards' vectors.
    var vector: Tensor
    /// Reports of the shards, in shard order.
    let reports: [ShardReport]
  }

  /// The sums of the maximal subtrees within a rank's range of shards, for the rank that completes the tree.
  struct Subtrees: Sendable {
    /// The sums with their nodes, in the order of their shards.
    let sums: [(node: Node, vector: Tensor)]
    /// Reports of the shards, in shard order.
    let reports: [ShardReport]
  }

  /// A node of the tree.
  struct Node: Equatable, Sendable {
    var level = 0
    var place: Int

    var parent: Node { Node(level: level + 1, place: place / 2) }
    var sibling: Node { Node(level: level, place: place ^ 1) }
    /// The first shard that the node covers.
    var firstShard: Int { place << level }
  }

  private struct Progress {
    /// Vectors that wait for their sibling, by the first shard of their node; only one node per first shard waits at a time.
    private(set) var waiting: [(node: Node, vector: Tensor)?]
    var root: Tensor?
    var reports: [ShardReport?]
    var ended = 0
    var failure: (shard: Int, error: any Error)?

    init(count: Int) {
      waiting = Array(repeating: nil, count: count)
      reports = Array(repeating: nil, count: count)
    }

    /// Removes and returns the vector of a waiting node; nil if the node does not wait.
    mutating func take(_ node: Node) -> Tensor? {
      waiting[node.firstShard]?.node == node ? waiting[node.firstShard].take()?.vector : nil
    }

    mutating func end(_ shard: Int, _ report: ShardReport) {
      reports[shard] = report
      ended += 1
    }

    /// Removes and returns the sibling's vector if it waits; otherwise stores the node's own vector to wait.
    ///
    /// The caller gives up its reference: a second reference would make the sibling's addition copy the vector.
    mutating func meet(_ own: inout Tensor?, at node: Node) -> Tensor? {
      if let found = take(node.sibling) { return found }
      waiting[node.firstShard] = own.take().map { (node, $0) }
      return nil
    }
  }

  private let count: Int
  private let own: Range<Int>
  private let algorithm: any Algorithm.Type
  private let progress: Mutex<Progress>

  /// Creates the total of shards 0..<count, of which this rank computes its own; error messages name the algorithm.
  init(of count: Int, own: Range<Int>, algorithm: any Algorithm.Type) {
    self.count = count
    self.own = own
    self.algorithm = algorithm
    progress = Mutex(Progress(count: count))
  }

  /// Adds a shard's contribution; the caller may reuse its storage afterwards.
  ///
  /// Copies and additions run outside the lock, because a thread that waits for the lock sleeps longer than they take.
  func add(_ contribution: Contribution, _ report: ShardReport, of shard: Int) {
    guard climb(from: Node(place: shard), with: contribution) else {
      return fail(TrainingError.misfit(algorithm: algorithm.card.id), in: shard)
    }
    progress.withLock { $0.end(shard, report) }
  }

  /// Adds what another rank has summed over its range of shards.
  ///
  /// - Returns: Whether these subtrees and reports belong to the range.
  func add(_ part: Subtrees, of range: Range<Int>) throws -> Bool {
    let widths = part.sums.map { width(of: $0.node, within: range) }
    guard part.reports.count == range.count, !widths.contains(0), widths.reduce(0, +) == range.count else { return false }
    for (node, vector) in part.sums {
      guard climb(from: node, with: Contribution([vector])) else { throw TrainingError.misfit(algorithm: algorithm.card.id) }
    }
    progress.withLock { progress in
      for (shard, report) in zip(range, part.reports) { progress.end(shard, report) }
    }
    return true
  }

  /// The number of shards that a node covers; 0 if one of them is not in a range.
  private func width(of node: Node, within range: Range<Int>) -> Int {
    guard (0..<Int.bitWidth / 2).contains(node.level), (0..<count).contains(node.place), range.contains(node.firstShard) else { return 0 }
    let end = min(node.firstShard + 1 << node.level, count)
    return end <= range.upperBound ? end - node.firstShard : 0
  }

  /// Adds a node's vector to the tree: sums it with the siblings that wait, until one is missing.
  ///
  /// - Returns: False if the vectors have different lengths.
  private func climb(from start: Node, with contribution: Contribution) -> Bool {
    var node = start
    // The current node's vector in separate storage; nil while it is still the contribution.
    var own: Tensor?
    while node.firstShard > 0 || 1 << node.level < count {
      if node.sibling.firstShard >= count {
        node = node.parent
        continue
      }
      // A waiting sibling adds the shard's leaves without an intermediate copy.
      if own == nil, var sum = progress.withLock({ $0.take(node.sibling) }) {
        // A shard with observations cannot be added to a shard without.
        guard sum.shape[0] == contribution.count else { return false }
        contribution.add(to: &sum)
        own = sum
      } else {
        if own == nil { own = contribution.joined }
        guard var sum = progress.withLock({ $0.meet(&own, at: node) }) else { return true }
        if let own {
          guard sum.shape == own.shape else { return false }
          sum.accumulate(own)
        }
        own = sum
      }
      node = node.parent
    }
    let root = own ?? contribution.joined
    progress.withLock { $0.root = root }
    return true
  }

  /// Records the error that ended a shard.
  func fail(_ error: any Error, in shard: Int) {
    progress.withLock { progress in
      progress.ended += 1
      if shard < progress.failure?.shard ?? .max { progress.failure = (shard, error) }
    }
  }

  /// True if all of this rank's shards have ended.
  var isComplete: Bool { progress.withLock { $0.ended == own.count } }

  /// Throws the error of the failed shard with the lowest number.
  func throwFailure() throws {
    if let failure = progress.withLock({ $0.failure }) { throw failure.error }
  }

  /// Returns the sums over this rank's shards: the subtrees whose siblings belong to other ranks.
  ///
  /// - Throws: The error of the failed shard with the lowest number.
  func subtrees() throws -> Subtrees {
    try progress.withLock { progress in
      if let failure = progress.failure { throw failure.error }
      return Subtrees(sums: progress.waiting.compactMap { $0 }, reports: progress.reports[own].compactMap { $0 })
    }
  }

  /// Returns the sum over all shards.
  ///
  /// - Throws: The error of the failed shard with the lowest number.
  /// - Precondition: All shards have contributed or failed.
  func sum() throws -> Sum {
    try progress.withLock { progress in
      if let failure = progress.failure { throw failure.error }
      guard progress.ended == count, let root = progress.root.take() else {
        fatalError("a total of \(progress.ended) shards, expected \(count)")
      }
      return Sum(vector: root, reports: progress.reports.compactMap { $0 })
    }
  }
}
