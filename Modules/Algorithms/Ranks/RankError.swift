import Registry

/// A reason why several ranks cannot run, or go on with, a meta-training.
public enum RankError: Error, Hashable, CustomStringConvertible {
  /// The algorithm couples the tasks of a meta-batch, so that there is one shard.
  case coupled(algorithm: String, ranks: Int)
  /// A rank has another value of a setting, of the data or of the version than rank 0.
  case differs(rank: Int, host: String, key: String, found: String, expected: String)
  /// An error ended the work of a rank.
  case failed(rank: Int, host: String, reason: String)
  /// A message is not the one that the step needs.
  case outOfStep(rank: Int)

  public var description: String {
    switch self {
    case .coupled(let algorithm, let ranks):
      "\(algorithm) couples the tasks of a meta-batch, which is one shard then, and \(ranks) ranks cannot divide a shard; start one process."
    case .differs(let rank, let host, let key, let found, let expected):
      "rank \(rank) on \(legible(host)) has \(legible(key)) = \(legible(found)), but rank 0 has \(legible(expected)); give all ranks the "
        + "same command, program and data."
    case .failed(let rank, let host, let reason):
      "rank \(rank) on \(legible(host)): \(legible(reason, limit: nil, keepsLines: true))"
    case .outOfStep(let rank):
      "the message of rank \(rank) does not belong to this step; give all ranks the same command and program."
    }
  }
}
