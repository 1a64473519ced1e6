import Registry
public import Algorithms
import Tasks

/// Results of algorithms on tasks, side by side.
public struct Comparison: Sendable {
  /// One algorithm on one task.
  public struct Row: Sendable {
    /// What was run.
    public let run: RunDescription
    /// Its test result.
    public let result: TestResult
    /// Wall time of training and test, shown only in the printed table; nil if not measured.
    public var seconds: Double?
    /// Learned hyperparameters at the end of meta-training; empty without a state.
    public let learned: [LearnedValue]

    /// The task that the algorithm was meta-trained on; nil if it is the tested one.
    public let trainedOn: TrainingTask?

    /// How a training with validation ended; nil without a validation.
    public var end: TrainingEnd?

    /// The path of the run's folder, where a report finds its metrics and times; nil if nothing is saved.
    public var folder: String?

    /// Pairs an experiment with its result.
    public init(
      experiment: Experiment, result: TestResult, state: MetaState? = nil, seconds: Double? = nil, trainedOn: TrainingTask? = nil
    ) {
      self.init(
        run: RunDescription(experiment), result: result, learned: state.map(experiment.algorithm.learnedValues) ?? [], seconds: seconds,
        trainedOn: trainedOn)
    }

    /// Pairs the description of a run with its result.
    init(run: RunDescription, result: TestResult, learned: [LearnedValue], seconds: Double?, trainedOn: TrainingTask?) {
      self.run = run
      self.result = result
      self.seconds = seconds
      self.learned = learned
      self.trainedOn = trainedOn
    }

    /// The last adaptation step for which per-step hyperparameters were learned; nil if there are none.
    var lastLearnedStep: Int? { learned.contains { $0.step != nil } ? run.adaptationSteps : nil }

    /// The last step of the meta-test.
    var lastStep: Int { result.modes[0].losses.count - 1 }
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
    /// What was run.
    public let run: RunDescription
    /// Why there is no result, in a sentence.
    public let reason: String

    /// Records why an experiment has no result.
    public init(experiment: Experiment, reason: String) { self.init(run: RunDescription(experiment), reason: reason) }

    /// Records why a run has no result.
    init(run: RunDescription, reason: String) {
      self.run = run
      self.reason = reason
    }
  }

  /// How a run ended.
  public enum Outcome: Sendable {
    /// The run has a result.
    case tested(Row)
    /// The run has none.
    case failed(Failure)

    /// What was run.
    public var run: RunDescription {
      switch self {
      case .tested(let row): row.run
      case .failed(let failure): failure.run
      }
    }

    /// The result; nil for a failed run.
    public var row: Row? { if case .tested(let row) = self { row } else { nil } }
    var failure: Failure? { if case .failed(let failure) = self { failure } else { nil } }
  }

  /// The runs of one task, the best first.
  public struct Group: Sendable {
    /// The task's id.
    public let task: String
    /// The algorithms, sorted by result.
    public let lines: [Line]
    /// The runs without a result, sorted by the algorithm's id.
    public let failures: [Failure]
    /// The step that algorithms are ranked after.
    public let rankAt: RankStep
    /// The comparisons of all pairs of lines.
    public let statistics: GroupStatistics
    /// The score whose first reach is reported; nil for none.
    let target: Double?

    /// The tests out of domain of some of the rows; empty without a domain shift.
    let outOfDomain: [Row]

    /// Groups runs of one task; at least one.
    init(
      task: String, rows: [Row], failures: [Failure] = [], outOfDomain: [Row] = [], rankAt: RankStep = .trained, target: Double? = nil
    ) {
      require(!rows.isEmpty || !failures.isEmpty, "a group of runs has at least one")
      self.task = task
      // The rank is computed from all scores, so compute it once per line.
      let ranked = Line.lines(rows, rankAt: rankAt).map { (rank: $0.rank, line: $0) }
      lines = ranked.sorted { $0.rank < $1.rank }.map(\.line)
      statistics = GroupStatistics(lines, task: task)
      self.failures = failures
      self.outOfDomain = outOfDomain
      self.rankAt = rankAt
      self.target = target
    }

    /// All runs with a result, sorted by the rank of their lines, then by seed.
    public var rows: [Row] { lines.flatMap(\.rows) }

    /// The mean over episodes of a line's score minus the best line's.
    ///
    /// - Returns: nil for the best line itself, and if the two differ in episodes, mode or measure.
    public func difference(_ place: Int) -> Estimate? { place == 0 ? nil : lines[place].difference(to: lines[0]) }
  }

  /// The ends of the runs, in the order of the runs.
  public let outcomes: [Outcome]
  /// Tests of some of the runs in other domains than those of training.
  public let outOfDomain: [Row]

  /// The rows, in the order of the runs.
  public var rows: [Row] { outcomes.compactMap(\.row) }

  /// The runs without a result, in the order of the runs.
  public var failures: [Failure] { outcomes.compactMap(\.failure) }

  /// The step that algorithms are ranked after.
  public let rankAt: RankStep

  /// The score whose first reach in meta-training is reported, in the measure's unscaled unit; nil for none.
  public let target: Double?

  /// Compares rows.
  public init(_ rows: [Row], rankAt: RankStep = .trained) { self.init(outcomes: rows.map(Outcome.tested), rankAt: rankAt) }

  /// Compares runs, some of which may have failed.
  ///
  /// - Parameters:
  ///   - outcomes: The ends of the runs.
  ///   - outOfDomain: Further tests of the same runs in other domains; each belongs to the run of the same task, algorithm and seed.
  ///   - rankAt: The step that algorithms are ranked after.
  ///   - target: The score whose first reach in meta-training is reported: an accuracy in 0...1, or a loss; nil for none.
  public init(outcomes: [Outcome], outOfDomain: [Row] = [], rankAt: RankStep = .trained, target: Double? = nil) {
    self.outcomes = outcomes
    self.outOfDomain = outOfDomain
    self.rankAt = rankAt
    self.target = target
    groups = Self.groups(outcomes, outOfDomain, rankAt, target)
  }

  /// The runs by task, tasks in the order of their first run, the best algorithm of a task first.
  ///
  /// The measure says whether a higher score is better. Lines with diverged episodes come last, sorted by the number of those
  /// episodes. Ties are sorted by the algorithm's id.
  public let groups: [Group]

  private static func groups(_ outcomes: [Outcome], _ outOfDomain: [Row], _ rankAt: RankStep, _ target: Double?) -> [Group] {
    let rows = outcomes.compactMap(\.row)
    let failures = outcomes.compactMap(\.failure)
    var tasks: [String] = []
    for outcome in outcomes where !tasks.contains(outcome.run.task) { tasks.append(outcome.run.task) }
    return tasks.map { task in
      Group(
        task: task, rows: rows.filter { $0.run.task == task },
        failures: failures.filter { $0.run.task == task }.sorted { ($0.run.algorithm, $0.run.seed) < ($1.run.algorithm, $1.run.seed) },
        outOfDomain: outOfDomain.filter { $0.run.task == task }, rankAt: rankAt, target: target)
    }
  }
}
