public import Algorithms
public import Tasks
import Registry
import TensorCore

/// Algorithms on the groups of a task: every group is tested once, by a run that meta-trains on the groups of the other folds.
///
/// The folds, and the test episodes of each group, are the same for all algorithms.
public struct CrossValidation: Sendable {
  /// How groups are divided into folds.
  public enum Rule: Sendable, Hashable {
    /// The given number of folds, by a seeded shuffle.
    case folds(Int)
    /// A fold for each group.
    case leaveOneOut
  }

  /// One request for each algorithm; all name the same task, data and seed.
  public let requests: [ExperimentRequest]
  /// How groups are divided.
  public let rule: Rule
  /// The folds.
  public let folds: Folds
  /// Test episodes of each group.
  public let episodesPerGroup: Int
  /// The numbers of own examples that are tested, ascending; the last one is the whole support set.
  public let ownExamples: [Int]
  /// The task's notes about the data, in sentences.
  public let notes: [String]

  /// The data, without a split.
  private let tasks: any GroupedTasks

  /// The numbers of own examples that are tested by default, as far as the support set allows.
  public static let defaultOwnExamples = [0, 1, 2, 5, 10]

  /// Loads the data, divides the groups, and checks every fold and every algorithm.
  ///
  /// - Parameters:
  ///   - requests: One request for each algorithm, at least one; they differ in algorithm, settings and iterations only.
  ///   - rule: How groups are divided.
  ///   - episodesPerGroup: Test episodes of each group, at least 1.
  ///   - ownExamples: Numbers of own examples, each at least 0; nil for ``defaultOwnExamples``. The whole support set is added.
  /// - Throws: ``CrossValidationError``, and what an ``Experiment`` throws.
  public init(_ requests: [ExperimentRequest], _ rule: Rule, episodesPerGroup: Int, ownExamples: [Int]? = nil) throws {
    require(!requests.isEmpty && episodesPerGroup >= 1, "a cross-validation has an algorithm, and episodes of each group")
    let first = requests[0]
    for request in requests {
      if let key = request.settings.map(\.key).first(where: ["test.split", "test.episodes"].contains) {
        throw CrossValidationError.testSetting(key: key)
      }
      _ = try AlgorithmRegistry.type(of: request.algorithm)
    }
    let task = try TaskRegistry.type(of: first.task)
    guard let grouped = task as? any GroupedTasks.Type else {
      let known = TaskRegistry.all.items.filter { $0.item is any GroupedTasks.Type }.map(\.id)
      throw CrossValidationError.noGroups(task: first.task, known: known)
    }
    let (tasks, groups) = try Self.prepared(grouped, first)
    folds = try Self.folds(of: groups, rule, seed: first.seed)
    self.rule = rule
    (self.requests, self.tasks, self.episodesPerGroup, notes) = (requests, tasks, episodesPerGroup, tasks.notes)

    // Find out now what a later fold would refuse after hours.
    var available = 0
    for fold in folds.parts.indices {
      let assigned = try tasks.assigning(folds.splits(testing: fold))
      available = assigned.signature.supportCount
      if fold == 0 { for request in requests { _ = try Experiment(request, tasks: assigned) } }
    }
    if let largest = ownExamples?.max(), largest > available {
      throw CrossValidationError.tooManyExamples(found: largest, available: available)
    }
    let asked = (ownExamples ?? Self.defaultOwnExamples).filter { (0...available).contains($0) }
    self.ownExamples = Set(asked + [available]).sorted()
  }

  private static func prepared<D: GroupedTasks>(_: D.Type, _ request: ExperimentRequest) throws -> (any GroupedTasks, [String]) {
    var tasks = D()
    try D.hyperparameters.prefixed("task").apply(request.settings, to: &tasks)
    let groups = try tasks.prepareGroups(source: request.source)
    return (tasks, groups)
  }

  /// The data with the groups of a fold as meta-test.
  ///
  /// - Throws: Errors of the distribution.
  public func tasks(testing fold: Int) throws -> any GroupedTasks { try tasks.assigning(folds.splits(testing: fold)) }

  /// The run of an algorithm on a fold.
  ///
  /// - Parameters:
  ///   - number: The place in ``requests``.
  ///   - tasks: The result of ``tasks(testing:)``, which all algorithms share.
  /// - Returns: An experiment that is ready to start.
  /// - Throws: What ``Experiment`` throws.
  public func experiment(_ number: Int, on tasks: any GroupedTasks) throws -> Experiment {
    try Experiment(requests[number], tasks: tasks)
  }

  /// Tests a meta-learned state on every group of a fold.
  ///
  /// - Parameters:
  ///   - state: The state that the experiment has learned.
  ///   - experiment: The run of an algorithm on the fold.
  ///   - fold: The fold.
  ///   - progress: Called on the calling thread with the number of groups done. If it throws, the test ends.
  /// - Returns: The scores of the fold's groups, in their order.
  /// - Throws: Errors of drawing episodes, and of `progress`.
  public func test(
    _ state: MetaState, of experiment: Experiment, fold: Int, progress: (_ groups: Int) throws -> Void = { _ in }
  ) throws -> [GroupScores] {
    let test = GroupTest(experiment: experiment, ownExamples: ownExamples, episodes: episodesPerGroup)
    return try test(state, groups: folds.parts[fold], progress: progress)
  }
}
