public import Algorithms
import Tasks

/// Results of algorithms on tasks, side by side.
public struct Comparison: Sendable {
  /// One algorithm on one task.
  public struct Row: Sendable {
    /// The experiment.
    public let experiment: Experiment
    /// Its test result.
    public let result: TestResult
    /// Wall time of training and test, shown only in the printed table; nil if not measured.
    public let seconds: Double?
    /// Learned hyperparameters at the end of meta-training; empty without a state.
    public let learned: [LearnedValue]

    /// Pairs an experiment with its result.
    public init(experiment: Experiment, result: TestResult, state: MetaState? = nil, seconds: Double? = nil) {
      self.experiment = experiment
      self.result = result
      self.seconds = seconds
      learned = state.map(experiment.algorithm.learnedValues) ?? []
    }

    /// Whether an adaptation step is beyond the last one for which per-step hyperparameters were learned.
    func isBeyondLearnedSteps(_ step: Int) -> Bool {
      step > experiment.algorithm.adaptationSteps && learned.contains { $0.step != nil }
    }

    /// The headline's score after as many adaptation steps as in meta-training.
    ///
    /// For an algorithm that does not adapt in meta-training, such as a baseline, it is the final score. It is nil if the test has
    /// fewer steps.
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

    /// The mean over episodes of a row's score minus the best row's.
    ///
    /// - Returns: nil for the best row itself, and if the two differ in episodes, mode or measure.
    public func difference(_ place: Int) -> Estimate? {
      guard place > 0 else { return nil }
      let (best, own) = (rows[0].result, rows[place].result)
      guard best.episodes == own.episodes, best.measure == own.measure, best.modes[0].name == own.modes[0].name else {
        return nil
      }
      return Estimate(zip(own.headlineScores, best.headlineScores).map { $0 - $1 })
    }
  }

  /// The rows, in the order of the runs.
  public let rows: [Row]

  /// Compares rows.
  public init(_ rows: [Row]) { self.rows = rows }

  /// The rows by task, tasks in the order of their first row, the best row of a task first.
  ///
  /// The measure says whether a higher score is better. Rows with diverged episodes come last, sorted by the number of those
  /// episodes. Ties are sorted by the algorithm's id.
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
  /// The sorting key; the smallest comes first.
  fileprivate var rank: (Int, Double, String) {
    let point = result.headline
    let sign: Double = result.measure.isMoreBetter ? -1 : 1
    return (point.diverged, point.estimate?.finiteMean.map { sign * $0 } ?? .infinity, experiment.ids.algorithm)
  }
}
