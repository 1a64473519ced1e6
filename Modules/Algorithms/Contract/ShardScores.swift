public import Tasks
import TensorCore

/// Losses and scores of a shard's tasks, before adaptation and after each step.
public struct ShardScores: Sendable {
  /// Query losses: one list of tasks per number of steps 0, 1, ….
  public let losses: [[Double]]
  /// The kind of the scores; nil if only the loss is reported.
  public let measure: Measure?
  /// Scores in the same layout, NaN where the loss is not finite; nil if only the loss is reported.
  public let scores: [[Double]]?
  /// The calibration of the class predictions after as many steps as the algorithm adapts by; nil without class probabilities.
  public let calibration: CalibrationTally?
  /// Trajectories to draw; empty unless the tasks are environments in the plane.
  public let paths: [SamplePath]
  /// Why the tasks could not be scored, such as an environment whose step fails; nil if they could.
  ///
  /// A test throws it and ignores the rest.
  public let failure: (any Error)?

  /// Creates scores; pass `measure` and `scores` together or not at all.
  public init(
    losses: [[Double]], measure: Measure? = nil, scores: [[Double]]? = nil, calibration: CalibrationTally? = nil,
    paths: [SamplePath] = [], failure: (any Error)? = nil
  ) {
    self.paths = paths
    self.failure = failure
    self.losses = losses
    self.measure = measure
    self.scores = scores
    self.calibration = calibration
  }

  /// The scores of these tasks and of those of another shard after them.
  package func followed(by other: ShardScores) -> ShardScores {
    func joined(_ first: [[Double]], _ second: [[Double]]) -> [[Double]] { zip(first, second).map { $0 + $1 } }
    return ShardScores(
      losses: joined(losses, other.losses), measure: measure, scores: scores.flatMap { own in other.scores.map { joined(own, $0) } },
      calibration: .sum([calibration, other.calibration]), paths: paths + other.paths, failure: failure ?? other.failure)
  }
}

extension Algorithm {
  public var takesEmptySupport: Bool { false }

  /// The step of a test of `steps` steps that stands for the algorithm: as many as it adapts by in meta-training, the last one if it does
  /// not adapt there.
  package func reportedStep(of steps: Int) -> Int { adaptationSteps == 0 ? steps : min(adaptationSteps, steps) }

  /// Scores a shard and sets the score of a task to NaN if its loss is not finite.
  ///
  /// A diverged task therefore counts as diverged, whatever score its predictions would get.
  public func scores(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, steps: Int, modes: [NormalisationMode], _ context: AdaptationContext
  ) -> [ShardScores] {
    let path = adapt(state, learner, support: shard.support, steps: steps, context)
    // If further steps change nothing, score the last state once and repeat its result.
    let rest = steps + 1 - path.count
    func filled(_ curve: [[Double]]) -> [[Double]] { curve + Array(repeating: curve[curve.count - 1], count: max(rest, 0)) }
    let reported = min(reportedStep(of: steps), path.count - 1)
    return modes.map { mode in
      let predictions = path.map { predict($0, learner, query: shard.query.inputs, mode: mode, context) }
      let losses = predictions.map { learner.losses($0, shard.query.targets).doubles }
      let scores = zip(predictions, losses).compactMap { predictions, losses in
        learner.scores(predictions, shard.query.targets).map { zip($0, losses).map { $1.isFinite ? $0 : .nan } }
      }
      guard let measure = learner.taskLoss.measure, scores.count == losses.count else { return ShardScores(losses: filled(losses)) }
      return ShardScores(
        losses: filled(losses), measure: measure, scores: filled(scores),
        calibration: learner.calibration(predictions[reported], shard.query.targets))
    }
  }

  /// Scores a shard in one mode.
  public func score(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, steps: Int, mode: NormalisationMode, _ context: AdaptationContext
  ) -> ShardScores {
    scores(state, learner, shard, steps: steps, modes: [mode], context)[0]
  }
}
