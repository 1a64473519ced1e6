public import Algorithms
import Models
public import Registry
public import Tasks

/// A run that is ready to start: its parts are configured, its data are loaded, and everything is checked.
public struct Experiment: Sendable {
  /// The algorithm with its settings.
  public let algorithm: any Algorithm
  /// The model, fitted to the task, with its loss.
  public let learner: Learner
  /// The prepared task distribution.
  public internal(set) var tasks: any TaskDistribution
  /// The settings of meta-training; its seed also determines the test episodes.
  public let training: TrainingConfiguration
  /// The settings of the meta-test.
  public internal(set) var test: TestConfiguration
  /// The settings of the validation during meta-training.
  public let validation: ValidationConfiguration
  /// The folder or file of the task's data; nil if none was given.
  public internal(set) var source: String?
  /// The initial parameters that were given; nil for random ones.
  public internal(set) var initialisation: Initialisation?

  /// Combines configured and prepared parts, and checks them against each other.
  ///
  /// - Parameters:
  ///   - algorithm: The algorithm with its settings.
  ///   - learner: A model fitted to the tasks' signature, with its loss.
  ///   - tasks: A prepared distribution.
  ///   - training: The settings of meta-training.
  ///   - test: The settings of the meta-test.
  ///   - validation: The settings of the validation during meta-training; by default there is none.
  ///   - machineBytes: The memory that the run may use, in bytes; by default the machine's.
  /// - Throws: `TaskError.overlappingSplits` if a class is in two splits, `AlgorithmError` for incompatible settings,
  ///   ``ExperimentError/memory(estimate:machineBytes:)`` for a run that does not fit into memory, other cases of ``ExperimentError`` for
  ///   a validation that is not possible.
  public init(
    algorithm: any Algorithm, learner: Learner, tasks: any TaskDistribution, training: TrainingConfiguration,
    test: TestConfiguration = TestConfiguration(), validation: ValidationConfiguration = ValidationConfiguration(),
    machineBytes: Int = Machine.memoryBytes
  ) throws {
    let learner = learner.learning(on: tasks)
    self.algorithm = algorithm
    self.learner = learner
    self.tasks = tasks
    try Self.refuseOverlap(tasks)
    try algorithm.checkApplicability(learner, tasks.signature, training)
    self.training = try training.validated(for: algorithm)
    self.test = test
    self.validation = validation
    // A meta-loss over several support sets needs tasks that provide them.
    if algorithm.supports > 1 {
      _ = try tasks.checkedEpisodes(0..<1, in: .metaTrain, seed: training.seed, supports: algorithm.supports)
    }
    // Refuse a model that is too large before creating its state.
    try refuse(Self.estimate(of: self, state: nil), over: machineBytes)
    try refuse(memoryEstimate, over: machineBytes)
    try checkValidation()
    try checkSampling()
  }

  private func refuse(_ estimate: MemoryEstimate, over machineBytes: Int) throws(ExperimentError) {
    guard estimate.totalBytes <= machineBytes else { throw .memory(estimate: estimate, machineBytes: machineBytes) }
  }

  /// Throws if a distribution would test on classes that it trains on.
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

  /// The settings of all parts under their dotted keys; with the same ids they recreate the experiment.
  public var settings: [(key: String, value: HyperparameterValue)] {
    let trainingSettings = TrainingSettings(training, mode: learner.trainingMode)
    return Self.values(of: algorithm) + TrainingSettings.hyperparameters.values(of: trainingSettings) + taskSettings
      + Self.values(of: learner.model) + testSettings
      + (validation.isOn ? ValidationConfiguration.hyperparameters.prefixed("validation").values(of: validation) : [])
  }

  /// The settings of the meta-test under the prefix "test"; a later setting is left out at its default, so that older records keep their
  /// bytes.
  private var testSettings: [(key: String, value: HyperparameterValue)] {
    TestConfiguration.hyperparameters.prefixed("test").values(of: test).filter { $0.key != "test.disjoint" || test.disjoint }
  }

  /// The settings of the distribution under the prefix "task".
  var taskSettings: [(key: String, value: HyperparameterValue)] { Self.values(of: tasks) }

  /// The full record in order: ids, seed, iterations and every setting, but never host, time or threads.
  public var configuration: [(key: String, value: HyperparameterValue)] {
    let seed = Int(exactly: training.seed).map { HyperparameterValue.integer($0) } ?? .text("\(training.seed)")
    return [
      ("algorithm", .text(ids.algorithm)), ("task", .text(ids.task)), ("model", .text(ids.model)), ("seed", seed),
      ("iterations", .integer(training.iterations)),
    ] + (initialisation.map { [("initialisation", .text($0.digest))] } ?? []) + settings
  }

  /// Creates a meta-trainer in its initial state.
  ///
  /// - Throws: ``ExperimentError/initialisationNeeded(digest:)`` for the experiment of a checkpoint whose run was given its initial
  ///   parameters, and what the meta-trainer throws.
  public func trainer() throws -> MetaTrainer {
    guard let initialisation else { return try outlineTrainer() }
    guard let parameters = initialisation.parameters else {
      throw ExperimentError.initialisationNeeded(digest: initialisation.digest)
    }
    return try MetaTrainer(algorithm, learner, tasks: tasks, training, initial: parameters)
  }

  /// A meta-trainer with the names and shapes of the experiment's tensors, and random numbers.
  func outlineTrainer() throws -> MetaTrainer { try MetaTrainer(algorithm, learner, tasks: tasks, training) }

  /// The same experiment with another random seed, on the same prepared tasks.
  ///
  /// - Throws: As ``init(algorithm:learner:tasks:training:test:machineBytes:)``.
  public func reseeded(_ seed: UInt64) throws -> Experiment {
    var training = training
    training.seed = seed
    var other = try Experiment(
      algorithm: algorithm, learner: learner, tasks: tasks, training: training, test: test, validation: validation)
    other.source = source
    other.initialisation = initialisation
    return other
  }

  /// Takes the initial parameters of a request.
  ///
  /// - Throws: ``StateDictError`` if the algorithm has none, or if the file does not give them all.
  mutating func adopt(_ file: StateDict) throws {
    let own = Set(learner.model.parameters.map(\.name))
    let names = try outlineTrainer().state.initial.names.filter(own.contains)
    guard !names.isEmpty else { throw StateDictError.noInitialisation(algorithm: ids.algorithm) }
    let parameters = try file.parameters(names, of: learner.model)
    initialisation = Initialisation(parameters, of: learner.model, path: file.path, ignored: file.ignored(needing: names))
  }

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
