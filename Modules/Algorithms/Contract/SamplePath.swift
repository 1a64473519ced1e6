/// The positions along one trajectory in the plane, for a drawing in reports.
public struct SamplePath: Sendable, Hashable {
  /// A position in the plane.
  public struct Position: Sendable, Hashable {
    /// The coordinates.
    public let x, y: Double

    /// Creates a position.
    public init(x: Double, y: Double) { (self.x, self.y) = (x, y) }
  }

  /// The test episode.
  public let episode: Int
  /// The number of adaptation steps of the policy.
  public let step: Int
  /// Where the trajectory should end.
  public let goal: Position
  /// The positions before each step, from the start.
  public let positions: [Position]

  /// Creates a path.
  public init(episode: Int, step: Int, goal: Position, positions: [Position]) {
    (self.episode, self.step, self.goal, self.positions) = (episode, step, goal, positions)
  }
}
