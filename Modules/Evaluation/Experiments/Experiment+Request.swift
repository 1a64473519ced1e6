import Algorithms
import Models
public import Registry
import Tasks

extension Experiment {
  /// Creates an experiment: looks up its parts, applies the settings, loads the data, and checks everything.
  ///
  /// The algorithm's settings start from the published ones for such tasks, training settings from the algorithm's suggestion. The
  /// request's settings override both.
  /// - Throws: `LookupError` for an unknown algorithm, task or model, `HyperparameterError` for an invalid setting, `TaskError` (or a
  ///   plug-in's error) for data that cannot be loaded, `ModelError` for a model that cannot take the tasks' inputs, `AlgorithmError`
  ///   for incompatible settings, ``ExperimentError`` for a run that does not fit into memory or for data that the task does not need,
  ///   ``StateDictError`` for initial parameters that do not fit the model.
  public init(_ request: ExperimentRequest) throws {
    let task = try TaskRegistry.type(of: request.task)
    try Self.check(request, on: task)
    try self.init(request, tasks: Self.prepared(task, request))
  }

  /// Creates an experiment on tasks that are prepared already, with the request's settings.
  init(_ request: ExperimentRequest, tasks: any TaskDistribution) throws {
    let (iterations, threads) = try Self.check(request, on: type(of: tasks))
    // The signature, and the model that it suggests, may depend on the data.
    let signature = tasks.signature
    _ = try LossRegistry.type(of: signature.taskLoss.id)
    let types = try ExperimentTypes(algorithm: request.algorithm, tasks: tasks, model: request.model)
    try types.refuseUnknown(request.settings)
    let model = try Self.fitted(types.model, request, to: signature)
    let algorithm = try Self.adopting(types.algorithm, request, signature)
    var settings = TrainingSettings(algorithm.defaultTraining(for: signature))
    try TrainingSettings.hyperparameters.apply(request.settings, to: &settings)
    var test = TestConfiguration()
    try TestConfiguration.hyperparameters.prefixed("test").apply(request.settings, to: &test)
    var validation = ValidationConfiguration()
    try ValidationConfiguration.hyperparameters.prefixed("validation").apply(request.settings, to: &validation)

    var training = settings.configuration
    training.iterations = iterations ?? training.iterations
    training.seed = request.seed
    training.threads = threads
    training.sharesShards = request.sharesShards
    try self.init(
      algorithm: algorithm, learner: Learner(model: model, taskLoss: signature.taskLoss, trainingMode: settings.mode),
      tasks: tasks, training: training, test: test, validation: validation)
    source = request.source
    if let file = request.initialisation {
      try adopt(file)
    } else {
      initialisation = request.recordedInitialisation.map(Initialisation.init(digest:))
    }
  }

  /// All settings of a combination under their dotted keys, with the defaults of that combination.
  ///
  /// - Parameters:
  ///   - algorithm: The algorithm's id.
  ///   - task: The task's id. Its data are not loaded.
  ///   - model: The model's id; nil for the model that the task suggests.
  /// - Returns: The algorithm's own settings, then the settings of outer, training, task, model, test and validation.
  /// - Throws: `LookupError` for an unknown id.
  public static func settingsHelp(algorithm: String, task: String, model: String? = nil) throws -> [HyperparameterDescription] {
    let unprepared = try TaskRegistry.type(of: task).init()
    let types = try ExperimentTypes(algorithm: algorithm, tasks: unprepared, model: model)
    let signature = unprepared.signature
    let adopting = try adopting(types.algorithm, ExperimentRequest(algorithm: algorithm, task: task), signature)
    let training = TrainingSettings(adopting.defaultTraining(for: signature))
    return descriptions(adopting) + TrainingSettings.hyperparameters.descriptions(defaults: training) + descriptions(types.task.init())
      + descriptions(types.model.init()) + TestConfiguration.hyperparameters.prefixed("test").descriptions(defaults: TestConfiguration())
      + ValidationConfiguration.hyperparameters.prefixed("validation").descriptions(defaults: ValidationConfiguration())
  }

  /// Checks what can be checked before data are loaded, and returns the numbers of iterations and threads.
  @discardableResult
  private static func check(
    _ request: ExperimentRequest, on task: any TaskDistribution.Type
  ) throws -> (iterations: Int?, threads: Int) {
    try ExperimentTypes.refuseUnknown(request.settings, algorithm: request.algorithm, task: task, model: request.model)
    // Given parameters can be tested as they are.
    let isUntrained = request.initialisation != nil && request.iterations == 0
    let iterations = isUntrained ? 0 : try atLeastOne("iterations", request.iterations)
    return (iterations, try atLeastOne("threads", request.threads) ?? 1)
  }

  private static func atLeastOne(_ key: String, _ value: Int?) throws(HyperparameterError) -> Int? {
    if let value, value < 1 { throw .invalid(key: key, found: "\(value)", expected: .integer(1...(.max))) }
    return value
  }

  /// The tasks of a request, with their settings applied and their data loaded.
  static func preparedTasks(_ request: ExperimentRequest) throws -> any TaskDistribution {
    try prepared(TaskRegistry.type(of: request.task), request)
  }

  private static func prepared<D: TaskDistribution>(_: D.Type, _ request: ExperimentRequest) throws -> any TaskDistribution {
    var tasks = try unprepared(D.self, request)
    if request.source != nil, !D.card.needsData { throw ExperimentError.needsNoData(task: D.card.id) }
    try tasks.prepare(source: request.source, statistics: request.statistics)
    return tasks
  }

  /// Tasks with their settings applied, without data.
  static func unprepared<D: TaskDistribution>(_: D.Type, _ request: ExperimentRequest) throws(HyperparameterError) -> D {
    var tasks = D()
    try D.hyperparameters.prefixed("task").apply(request.settings, to: &tasks)
    return tasks
  }

  static func fitted<M: Model>(_: M.Type, _ request: ExperimentRequest, to signature: TaskSignature) throws -> any Model {
    var model = M()
    try M.hyperparameters.prefixed("model").apply(request.settings, to: &model)
    try model.configure(inputShape: signature.inputShape, outputs: signature.outputs)
    return model
  }

  static func adopting<A: Algorithm>(
    _: A.Type, _ request: ExperimentRequest, _ signature: TaskSignature
  ) throws(HyperparameterError) -> any Algorithm {
    var algorithm = A()
    algorithm.adopt(signature)
    try A.hyperparameters.apply(request.settings, to: &algorithm)
    return algorithm
  }

  private static func descriptions<A: Algorithm>(_ algorithm: A) -> [HyperparameterDescription] {
    A.hyperparameters.descriptions(defaults: algorithm)
  }

  private static func descriptions<D: TaskDistribution>(_ tasks: D) -> [HyperparameterDescription] {
    D.hyperparameters.prefixed("task").descriptions(defaults: tasks)
  }

  private static func descriptions<M: Model>(_ model: M) -> [HyperparameterDescription] {
    M.hyperparameters.prefixed("model").descriptions(defaults: model)
  }
}
