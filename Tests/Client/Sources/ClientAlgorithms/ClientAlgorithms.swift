public import Algorithms

/// What this package adds; everything registers itself by being linked.
public enum ClientAlgorithms {
  /// The ids of its algorithms.
  public static let ids = [HeadOnly.card.id, FirstOrderCopy.card.id, ProtoNet.card.id, ContrastiveMAML.card.id]

  /// The algorithm that adapts the head alone.
  public static func headOnly() -> any Algorithm { HeadOnly() }

  /// The copied algorithm.
  public static func copyOfFirstOrderMAML() -> any Algorithm { FirstOrderCopy() }
}
