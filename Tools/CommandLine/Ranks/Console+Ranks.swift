import Algorithms
import Evaluation

extension Console {
  /// Writes a note if ranks have no shard.
  static func note(idleIn group: RankGroup, _ experiment: Experiment) {
    let shares = RankShares(shards: experiment.training.shards, ranks: group.count)
    let idle = shares.ranks - shares.busyRanks
    guard idle > 0 else { return }
    note(
      "tools: note: \(shares.ranks) ranks share \(shares.shards) shard\(shares.shards == 1 ? "" : "s") of a meta-batch, so "
        + "\(idle == 1 ? "1 rank idles" : "\(idle) ranks idle"); start fewer ranks, or lower training.shardSize (it affects rounding).")
  }
}
