import Algorithms

/// Results of algorithms on tasks, side by side.
public struct Comparison: Sendable {
  /// One algorithm on one task.
  public struct Row: Sendable {
    /// What was run.
    public let experiment: Experiment
    /// How it did.
    public let result: TestResult
    /// Wall time of training and test, shown in the printed table alone; nil where it was not taken.
    public let seconds: Double?

    /// Pairs an experiment with its result.
    public init(experiment: Experiment, result: TestResult, seconds: Double? = nil) {
      self.experiment = experiment
      self.result = result
      self.seconds = seconds
    }

    /// The headline's score after as many steps as the algorithm adapts by in meta-training.
    ///
    /// The final one for an algorithm that does not adapt there, a control for example; nil where the test has fewer steps.
    public var afterTrainingSteps: CurvePoint? {
      let curve = result.modes[0].headlineCurve
      let steps = experiment.algorithm.adaptationSteps
      if steps == 0 { return curve[curve.count - 1] }
      return curve.indices.contains(steps) ? curve[steps] : nil
    }
  }

  /// The rows of one task, the best first.
  public struct Group: Sendable {
    /// The task's id.
    public let task: String
    /// The rows, sorted by result.
    public let rows: [Row]

    /// How much worse (or better) a row is than the best, episode by episode: its score minus the best row's.
    ///
    /// - Returns: nil for the best row itself, and where the two were not tested on the same episodes in the same mode.
    public func difference(_ place: Int) -> Estimate? {
      guard place > 0 else { return nil }
      let (best, own) = (rows[0].result, rows[place].result)
      guard best.episodes == own.episodes, best.isAccuracy == own.isAccuracy, best.modes[0].name == own.modes[0].name else {
        return nil
      }
      return Estimate(zip(own.headlineScores, best.headlineScores).map { $0 - $1 })
    }
  }

  /// The rows in the order in which they were run.
  public let rows: [Row]

  /// Puts rows side by side.
  public init(_ rows: [Row]) { self.rows = rows }

  /// The rows by task, in the order in which tasks first occur, each task's best first.
  ///
  /// A higher accuracy or a lower loss is better; a result with diverged episodes is behind every one without, sorted by their
  /// number; equal ones keep the algorithms' alphabetical order.
  public var groups: [Group] {
    var tasks: [String] = []
    for row in rows where !tasks.contains(row.experiment.ids.task) { tasks.append(row.experiment.ids.task) }
    return tasks.map { task in
      let own = rows.filter { $0.experiment.ids.task == task }
      return Group(task: task, rows: own.sorted { $0.rank < $1.rank })
    }
  }
}

extension Comparison.Row {
  /// What rows are sorted by, the least first.
  fileprivate var rank: (Int, Double, String) {
    let point = result.headline
    let value = point.estimate?.finiteMean ?? (result.isAccuracy ? -.infinity : .infinity)
    return (point.diverged, result.isAccuracy ? -value : value, experiment.ids.algorithm)
  }
}
