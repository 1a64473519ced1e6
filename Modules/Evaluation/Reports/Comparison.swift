import Registry
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

    /// The task that the algorithm was meta-trained on; nil if it is the tested one.
    public let trainedOn: TrainingTask?

    /// How a training with validation ended; nil without a validation.
    public var end: TrainingEnd?

    /// Pairs an experiment with its result.
    public init(
      experiment: Experiment, result: TestResult, state: MetaState? = nil, seconds: Double? = nil, trainedOn: TrainingTask? = nil
    ) {
      self.experiment = experiment
      self.result = result
      self.seconds = seconds
      self.trainedOn = trainedOn
      learned = state.map(experiment.algorithm.learnedValues) ?? []
    }

    /// The last adaptation step for which per-step hyperparameters were learned; nil if there are none.
    var lastLearnedStep: Int? { learned.contains { $0.step != nil } ? experiment.algorithm.adaptationSteps : nil }

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

  /// A task that an algorithm was meta-trained on, and that it is not tested on.
  public struct TrainingTask: Sendable, Hashable {
    /// The id.
    public let task: String
    /// Digest of the assignment of classes to splits.
    public let splitFingerprint: String
    /// Digest of the data files; nil for synthetic tasks.
    public let dataDigest: String?

    /// Describes the task.
    public init(task: String, splitFingerprint: String, dataDigest: String?) {
      self.task = task
      self.splitFingerprint = splitFingerprint
      self.dataDigest = dataDigest
    }
  }

  /// A run that ended without a result, because meta-training diverged for example.
  public struct Failure: Sendable {
    /// The experiment.
    public let experiment: Experiment
    /// Why there is no result, in a sentence.
    public let reason: String

    /// Records why an experiment has no result.
    public init(experiment: Experiment, reason: String) {
      self.experiment = experiment
      self.reason = reason
    }
  }

  /// How a run ended.
  public enum Outcome: Sendable {
    /// The run has a result.
    case tested(Row)
    /// The run has none.
    case failed(Failure)

    /// The experiment of the run.
    public var experiment: Experiment {
      switch self {
      case .tested(let row): row.experiment
      case .failed(let failure): failure.experiment
      }
    }
  }

  /// The runs of one task, the best first.
  public struct Group: Sendable {
    /// The task's id.
    public let task: String
    /// The rows, sorted by result.
    public let rows: [Row]
    /// The runs without a result, sorted by the algorithm's id.
    public let failures: [Failure]

    /// The tests out of domain of some of the rows; empty without a domain shift.
    let outOfDomain: [Row]

    /// Groups runs of one task; at least one.
    init(task: String, rows: [Row], failures: [Failure] = [], outOfDomain: [Row] = []) {
      require(!rows.isEmpty || !failures.isEmpty, "a group of runs has at least one")
      self.task = task
      self.rows = rows
      self.failures = failures
      self.outOfDomain = outOfDomain
    }

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

  /// The ends of the runs, in the order of the runs.
  public let outcomes: [Outcome]
  /// Tests of some of the runs in other domains than those of training.
  public let outOfDomain: [Row]

  /// The rows, in the order of the runs.
  public var rows: [Row] {
    outcomes.compactMap {
      if case .tested(let row) = $0 { row } else { nil }
    }
  }

  /// The runs without a result, in the order of the runs.
  public var failures: [Failure] {
    outcomes.compactMap {
      if case .failed(let failure) = $0 { failure } else { nil }
    }
  }

  /// Compares rows.
  public init(_ rows: [Row]) { self.init(outcomes: rows.map(Outcome.tested)) }

  /// Compares runs, some of which may have failed.
  ///
  /// - Parameters:
  ///   - outcomes: The ends of the runs.
  ///   - outOfDomain: Further tests of the same runs in other domains; each belongs to the run of the same task and algorithm.
  public init(outcomes: [Outcome], outOfDomain: [Row] = []) {
    self.outcomes = outcomes
    self.outOfDomain = outOfDomain
  }

  /// The runs by task, tasks in the order of their first run, the best row of a task first.
  ///
  /// The measure says whether a higher score is better. Rows with diverged episodes come last, sorted by the number of those
  /// episodes. Ties are sorted by the algorithm's id.
  public var groups: [Group] {
    var tasks: [String] = []
    for outcome in outcomes where !tasks.contains(outcome.experiment.ids.task) { tasks.append(outcome.experiment.ids.task) }
    return tasks.map { task in
      // The rank is computed from all scores, so compute it once per row.
      let ranked = rows.filter { $0.experiment.ids.task == task }.map { (rank: $0.rank, row: $0) }
      let failed = failures.filter { $0.experiment.ids.task == task }
      return Group(
        task: task, rows: ranked.sorted { $0.rank < $1.rank }.map(\.row),
        failures: failed.sorted { $0.experiment.ids.algorithm < $1.experiment.ids.algorithm },
        outOfDomain: outOfDomain.filter { $0.experiment.ids.task == task })
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
