public import Algorithms

/// The algorithms of this package, which register themselves when linked.
public enum ClientAlgorithms {
  /// The ids of the algorithms.
  public static let ids = [HeadOnly.card.id, FirstOrderCopy.card.id, ProtoNet.card.id, ContrastiveMAML.card.id]

  /// The algorithm that adapts the head alone.
  public static func headOnly() -> any Algorithm { HeadOnly() }

  /// The copy of first-order MAML.
  public static func copyOfFirstOrderMAML() -> any Algorithm { FirstOrderCopy() }
}
