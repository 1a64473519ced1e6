import Algorithms
import Tasks
import TensorCore

extension Player {
  /// Number of test episodes whose paths are kept.
  private static let drawnEpisodes = 3

  /// The first trajectory of each of the first test episodes; empty in training, and in an environment that is not planar.
  func paths(_ trajectories: Trajectories, rows: Tensor, step: Int) -> [SamplePath] {
    guard environment.isPlanar, let first = testEpisode, first < Self.drawnEpisodes else { return [] }
    // Four digits are finer than a drawing.
    func rounded(_ number: Double) -> Double { (number * 1e4).rounded() / 1e4 }
    return (0..<min(rows.shape[0], Self.drawnEpisodes - first)).map { task in
      let (goal, seen) = (rows[task][0].doubles, trajectories.observations[task].doubles)
      let mask = trajectories.mask[task][0].doubles
      let positions = mask.indices.filter { mask[$0] != 0 }.map { time in
        SamplePath.Position(x: rounded(seen[2 * time]), y: rounded(seen[2 * time + 1]))
      }
      return SamplePath(
        episode: first + task, step: step, goal: SamplePath.Position(x: rounded(goal[0]), y: rounded(goal[1])), positions: positions)
    }
  }
}
