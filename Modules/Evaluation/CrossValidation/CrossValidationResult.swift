import Algorithms
import Registry
public import Tasks

/// The scores of algorithms on every group of a task.
///
/// The intervals are over groups: they tell how much other groups would differ, not other episodes of the same groups.
public struct CrossValidationResult: Sendable {
  /// One algorithm.
  public struct Row: Sendable {
    /// The algorithm's run on the first fold; those on the others differ in the groups only.
    public let experiment: Experiment
    /// The scores of all groups, in the order of ``CrossValidationResult/groups``.
    public let groups: [GroupScores]

    /// The mean over groups with the whole support set.
    public var estimate: Estimate? { Estimate(overGroups: groups.map(\.score)) }

    /// The mean over groups with one of the numbers of own examples; nil if the algorithm has no answer with so few.
    public func estimate(at place: Int) -> Estimate? {
      let scores = groups.compactMap { $0.scores[place] }
      return scores.count == groups.count ? Estimate(overGroups: scores) : nil
    }
  }

  /// An algorithm that has no result, because meta-training diverged in one of the folds for example.
  public struct Failure: Sendable {
    /// The algorithm's run on the first fold.
    public let experiment: Experiment
    /// Why there is no result, in a sentence.
    public let reason: String
  }

  /// The folds.
  public let folds: Folds
  /// Each group with the number of its fold, from 0; sorted by name.
  public let groups: [(name: String, fold: Int)]
  /// Test episodes of each group.
  public let episodesPerGroup: Int
  /// The tested numbers of own examples, ascending.
  public let ownExamples: [Int]
  /// What the scores measure.
  public let measure: Measure
  /// The algorithms, the best first; those with diverged groups come last.
  public let rows: [Row]
  /// The algorithms without a result.
  public let failures: [Failure]
  /// The place in ``rows`` of the algorithm that all others are compared with: the best baseline, or else the first of the command.
  public let reference: Int

  /// Collects the scores of a cross-validation.
  ///
  /// - Parameters:
  ///   - plan: The cross-validation.
  ///   - runs: One for each request of the plan, in order: the run on the first fold, and the scores of the groups of all folds, or why
  ///     there are none.
  /// - Precondition: At least one run, and each has a score for every group of the plan.
  public init(_ plan: CrossValidation, _ runs: [(experiment: Experiment, outcome: Result<[GroupScores], Reason>)]) {
    require(!runs.isEmpty, "a cross-validation has a run")
    folds = plan.folds
    groups = plan.folds.parts.enumerated().flatMap { fold, names in names.map { (name: $0, fold: fold) } }.sorted { $0.name < $1.name }
    (episodesPerGroup, ownExamples) = (plan.episodesPerGroup, plan.ownExamples)
    measure = runs[0].experiment.learner.taskLoss.measure ?? .loss
    var rows: [Row] = []
    var failures: [Failure] = []
    for (experiment, outcome) in runs {
      switch outcome {
      case .success(let scores): rows.append(Row(experiment: experiment, groups: scores.sorted { $0.group < $1.group }))
      case .failure(let reason): failures.append(Failure(experiment: experiment, reason: reason.text))
      }
    }
    let names = groups.map(\.name)
    require(rows.allSatisfy { $0.groups.map(\.group) == names }, "each algorithm has a score for every group")
    let first = rows.first?.experiment.ids.algorithm
    let sign: Double = measure.isMoreBetter ? -1 : 1
    let ranked = rows.map { row in
      (key: (row.estimate?.diverged ?? 0, row.estimate?.finiteMean.map { sign * $0 } ?? .infinity, row.experiment.ids.algorithm), row: row)
    }
    self.rows = ranked.sorted { $0.key < $1.key }.map(\.row)
    self.failures = failures
    reference =
      self.rows.firstIndex { type(of: $0.experiment.algorithm).card.metaGradient == .none }
      ?? self.rows.firstIndex { $0.experiment.ids.algorithm == first } ?? 0
  }

  /// Why an algorithm has no scores.
  public struct Reason: Error, Hashable {
    /// A sentence.
    public let text: String

    /// Creates a reason.
    public init(_ text: String) { self.text = text }
  }

  /// The mean over groups of a row's score minus the reference's; nil for the reference itself.
  public func difference(_ place: Int) -> Estimate? {
    guard place != reference else { return nil }
    return Estimate(overGroups: zip(rows[place].groups, rows[reference].groups).map { $0.score - $1.score })
  }
}
