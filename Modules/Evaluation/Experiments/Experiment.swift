public import Algorithms
import Models
public import Registry
public import Tasks

/// A run that is ready to start: everything is looked up, set, loaded and checked.
public struct Experiment: Sendable {
  /// The algorithm with its settings.
  public let algorithm: any Algorithm
  /// The model, fitted to the task, with its loss.
  public let learner: Learner
  /// Where tasks come from, prepared.
  public let tasks: any TaskDistribution
  /// How meta-training runs; its seed keys the test episodes too.
  public let training: TrainingConfiguration
  /// How meta-test runs.
  public let test: TestConfiguration

  /// Puts parts together that are set and prepared already, and checks them against each other.
  ///
  /// - Parameters:
  ///   - algorithm: The algorithm with its settings.
  ///   - learner: A model that is fitted to the tasks' signature.
  ///   - tasks: A prepared distribution.
  ///   - training: How meta-training runs.
  ///   - test: How meta-test runs.
  ///   - machineBytes: The memory that a run may fill; the machine's unless given.
  /// - Throws: `TaskError.overlappingSplits` where a class is in two splits, `AlgorithmError` for settings that do not go
  ///   together, ``ExperimentError/memory(estimate:machineBytes:)`` for a run that would not fit.
  public init(
    algorithm: any Algorithm, learner: Learner, tasks: any TaskDistribution, training: TrainingConfiguration,
    test: TestConfiguration = TestConfiguration(), machineBytes: Int = Machine.memoryBytes
  ) throws {
    self.algorithm = algorithm
    self.learner = learner
    self.tasks = tasks
    try Self.refuseOverlap(tasks)
    try algorithm.validate(learner, tasks.signature, training)
    self.training = try training.validated(for: algorithm)
    self.test = test
    // A meta-loss that adapts to several support sets needs tasks that have them.
    if algorithm.supports > 1 {
      _ = try tasks.checkedEpisodes(0..<1, in: .metaTrain, seed: training.seed, supports: algorithm.supports)
    }
    // A model that does not fit is refused before a state of it is made.
    try refuse(Self.estimate(of: self, state: nil), over: machineBytes)
    try refuse(memoryEstimate, over: machineBytes)
  }

  private func refuse(_ estimate: MemoryEstimate, over machineBytes: Int) throws(ExperimentError) {
    guard estimate.totalBytes <= machineBytes else { throw .memory(estimate: estimate, machineBytes: machineBytes) }
  }

  /// Refuses a distribution that would test on what it trains on.
  static func refuseOverlap(_ tasks: any TaskDistribution) throws(TaskError) {
    var owners: [String: Split] = [:]
    for split in Split.allCases {
      for name in tasks.classes(in: split) {
        if let owner = owners.updateValue(split, forKey: name), owner != split {
          throw .overlappingSplits(task: type(of: tasks).card.id, className: name)
        }
      }
    }
  }

  /// The ids of algorithm, task and model.
  public var ids: (algorithm: String, task: String, model: String) {
    (type(of: algorithm).card.id, type(of: tasks).card.id, type(of: learner.model).card.id)
  }

  /// The settings of all parts under their dotted keys: made again on the same ids, they give the same experiment.
  public var settings: [(key: String, value: HyperparameterValue)] {
    let trainingSettings = TrainingSettings(training, mode: learner.trainingMode)
    return Self.values(of: algorithm) + TrainingSettings.hyperparameters.values(of: trainingSettings) + taskSettings
      + Self.values(of: learner.model) + TestConfiguration.hyperparameters.prefixed("test").values(of: test)
  }

  /// The settings of the distribution under the prefix "task".
  var taskSettings: [(key: String, value: HyperparameterValue)] { Self.values(of: tasks) }

  /// The full record in order: ids, seed, iterations and every setting; never host, time or threads.
  public var configuration: [(key: String, value: HyperparameterValue)] {
    let seed = Int(exactly: training.seed).map { HyperparameterValue.integer($0) } ?? .text("\(training.seed)")
    return [
      ("algorithm", .text(ids.algorithm)), ("task", .text(ids.task)), ("model", .text(ids.model)), ("seed", seed),
      ("iterations", .integer(training.iterations)),
    ] + settings
  }

  /// A meta-trainer before its first step.
  public func trainer() throws -> MetaTrainer { try MetaTrainer(algorithm, learner, tasks: tasks, training) }

  private static func values<A: Algorithm>(of algorithm: A) -> [(key: String, value: HyperparameterValue)] {
    A.hyperparameters.values(of: algorithm)
  }

  private static func values<D: TaskDistribution>(of tasks: D) -> [(key: String, value: HyperparameterValue)] {
    D.hyperparameters.prefixed("task").values(of: tasks)
  }

  private static func values<M: Model>(of model: M) -> [(key: String, value: HyperparameterValue)] {
    M.hyperparameters.prefixed("model").values(of: model)
  }
}
