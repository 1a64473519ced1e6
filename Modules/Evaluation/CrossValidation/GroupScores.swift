/// The scores of one algorithm on one group, such as a patient.
public struct GroupScores: Sendable, Hashable {
  /// The group's name.
  public let group: String
  /// For each number of own examples, the mean over the group's episodes; not finite if an episode diverged.
  ///
  /// It is nil if the algorithm has no answer with so few examples: the mean of no values, for example.
  public let scores: [Double?]

  /// Records the scores of a group.
  public init(group: String, scores: [Double?]) {
    self.group = group
    self.scores = scores
  }

  /// The score with the whole support set.
  public var score: Double { scores.last.flatMap(\.self) ?? .nan }
}
