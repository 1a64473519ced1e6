/// The division of a meta-batch's shards among ranks, in contiguous ranges that differ by one shard at most.
///
/// Where there are more ranks than shards, the last ranks have none.
public struct RankShares: Sendable, Hashable {
  /// The number of shards.
  public let shards: Int
  /// The number of ranks.
  public let ranks: Int

  /// Divides shards among ranks; both are at least 1.
  public init(shards: Int, ranks: Int) { (self.shards, self.ranks) = (shards, ranks) }

  /// The number of ranks with a shard; rank 0 is one of them.
  public var busyRanks: Int { min(shards, ranks) }

  /// The shards of a rank.
  public subscript(rank: Int) -> Range<Int> {
    let busy = busyRanks
    guard rank < busy else { return shards..<shards }
    return rank * shards / busy..<(rank + 1) * shards / busy
  }
}
