/// The number of adaptation steps after which algorithms are ranked.
public enum RankStep: Sendable, Hashable, CustomStringConvertible {
  /// As many steps as each algorithm adapts by in meta-training; the last step for one that does not adapt there.
  case trained
  /// The last step of the meta-test.
  case last
  /// A given number of steps, from 0.
  case step(Int)

  /// Reads "trained", "last" or a number of steps; nil for any other text.
  public init?(_ text: String) {
    switch text {
    case "trained": self = .trained
    case "last": self = .last
    default:
      guard let steps = Int(text), steps >= 0 else { return nil }
      self = .step(steps)
    }
  }

  public var description: String {
    switch self {
    case .trained: "trained"
    case .last: "last"
    case .step(let steps): "\(steps)"
    }
  }

  /// The step of a run that adapts by `trained` steps in meta-training, and whose meta-test ends after `last`.
  func step(trained: Int, last: Int) -> Int {
    switch self {
    case .trained: trained == 0 ? last : min(trained, last)
    case .last: last
    case .step(let steps): min(steps, last)
    }
  }
}
