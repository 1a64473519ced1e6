public import Algorithms
import Models
import Registry
public import Tasks
public import TensorCore

/// The saved state of a run: enough to test it, and to resume it with the same bits.
///
/// A checkpoint is a safetensors file. Its metadata are formatVersion, algorithm, task, model, seed, iteration, iterations,
/// splitFingerprint, dataDigest (if the task reads data), taskStatistics (if the task learns
/// any), inputShape, outputs and taskLoss (missing in older files), initialisation (a digest, if initial parameters were given),
/// configuration (a JSON object of all settings as texts) and digest
/// (of metadata and tensors); never a time, a host or a number of threads. Its tensors are the float32 tensors of a `TrainingSnapshot`:
/// "learned.…", "carried.…" and "outer.…". Those that belong to a parameter are in PyTorch's layout of it. In format version 1 they are
/// in the layout in memory; such files are read, too.
public struct Checkpoint: Sendable {
  /// The format version that is written.
  public static let formatVersion = 2
  /// The format versions that are read.
  public static let readableVersions = 1...2
  /// The name of the file in a run's folder.
  public static let fileName = "checkpoint.safetensors"
  /// The name of the file in a run's folder that keeps the checkpoint before the latest.
  public static let previousFileName = "checkpoint.previous.safetensors"
  /// The name of the file in a run's folder that keeps the state with the best meta-validation score.
  public static let bestFileName = "best.safetensors"

  /// The algorithm's id.
  public let algorithm: String
  /// The task distribution's id.
  public let task: String
  /// The model's id.
  public let model: String
  /// The random seed of the run.
  public let seed: UInt64
  /// The number of meta-updates of the whole run.
  public let iterations: Int
  /// Digest of the assignment of classes to splits.
  public let splitFingerprint: String
  /// Digest of the data files; nil for synthetic tasks.
  public let dataDigest: String?
  /// The statistics that the task learned from the data of meta-training; nil if none.
  public let taskStatistics: String?
  /// The shapes and the loss of the tasks; nil for a file of an earlier version.
  public let outline: TaskOutline?
  /// Digest of the initial parameters that the run was given; nil for random ones.
  public let initialisation: String?
  /// All settings by dotted key, sorted.
  public let settings: [(key: String, value: String)]
  /// The number of meta-updates done.
  public let iteration: Int
  /// The tensors of the file, by name, in the layouts of the file's version.
  public let tensors: [String: Tensor]
  /// The format version of the file.
  public let version: Int
  /// The tensors of the file that were not read.
  public let ignored: [IgnoredTensor]
  /// Why the latest checkpoint of the run's folder cannot be used, if this is the one before it; nil otherwise.
  public internal(set) var replaces: CheckpointError?

  /// Creates the checkpoint of a run.
  public init(experiment: Experiment, snapshot: TrainingSnapshot) {
    (algorithm, task, model) = experiment.ids
    seed = experiment.training.seed
    iterations = experiment.training.iterations
    splitFingerprint = experiment.tasks.splitFingerprint
    dataDigest = experiment.tasks.dataDigest
    taskStatistics = experiment.tasks.statistics
    outline = experiment.tasks.signature.outline
    initialisation = experiment.initialisation?.digest
    settings = experiment.settings.map { ($0.key, $0.value.description) }.sorted { $0.0 < $1.0 }
    version = Self.formatVersion
    iteration = snapshot.iteration
    let layouts = StoredLayouts(experiment.algorithm, experiment.learner.model)
    tensors = Dictionary(uniqueKeysWithValues: snapshot.tensors.map { ($0.key, layouts.stored($0.key, $0.value)) })
    ignored = []
  }

  /// The request of the run.
  ///
  /// - Parameter task: Another task to test on; the recorded task settings are dropped then.
  /// - Returns: A request for the same experiment.
  public func request(task: String? = nil) -> ExperimentRequest {
    let other = task.map { $0 != self.task } ?? false
    var request = ExperimentRequest(algorithm: algorithm, task: task ?? self.task)
    request.model = model
    // Another task may have no meta-validation, and only training needs it.
    request.settings = settings.filter { !other || !["task.", "validation."].contains(where: $0.key.hasPrefix) }
    request.statistics = other ? nil : taskStatistics
    request.recordedInitialisation = initialisation
    request.iterations = iterations
    request.seed = seed
    return request
  }

  /// Recreates the experiment of the run, with some settings changed.
  ///
  /// - Parameters:
  ///   - overrides: Settings by dotted key that replace the recorded ones.
  ///   - task: Another task to test on, with the run's ways and size of images (``adoptedSettings(for:overrides:)``); nil for the task of
  ///     the run.
  ///   - source: The folder of the task's data.
  ///   - threads: Worker threads.
  ///   - seed: Another random seed for the test episodes; nil for the seed of the run.
  /// - Returns: An experiment to test or to resume.
  /// - Throws: What ``Experiment/init(_:)`` throws, `TaskError.overlappingSplits` if the changed settings or data would test on a
  ///   class that the run was trained on, and ``CheckpointError/otherSplits(found:expected:)`` if the training classes cannot be
  ///   determined from the data.
  public func experiment(
    overrides: [(key: String, value: String)] = [], task: String? = nil, source: String? = nil, threads: Int = 1, seed: UInt64? = nil
  ) throws -> Experiment {
    var request = request(task: task)
    request.source = source
    request.threads = threads
    request.seed = seed ?? request.seed
    let recorded = request
    request.settings += try adoptedSettings(for: request.task, overrides: overrides) + overrides
    let experiment = try Experiment(request)
    if request.task == self.task {
      let isRecorded = !overrides.contains { $0.key.hasPrefix("task.") }
      try refuseLeak(tested: experiment.tasks, in: experiment.test.split) {
        isRecorded ? experiment.tasks : try Experiment.preparedTasks(recorded)
      }
    }
    return experiment
  }

  /// Throws if a split contains a class that the run was trained on.
  ///
  /// - Parameters:
  ///   - tested: The distribution of the run, possibly with other settings or data.
  ///   - split: The part to test on.
  ///   - recorded: The same data with the recorded settings.
  /// - Throws: `TaskError.overlappingSplits`, or ``CheckpointError/otherSplits(found:expected:)`` if the data are not those of the
  ///   run, so that the training classes are unknown.
  package func refuseLeak(
    tested: any TaskDistribution, in split: Split, recorded: () throws -> any TaskDistribution
  ) throws {
    // The same fingerprint means the splits of the run, which are disjoint.
    guard tested.splitFingerprint != splitFingerprint else { return }
    let trained = try recorded()
    // A distribution without classes draws its splits from separate random streams.
    guard !trained.classes(in: .metaTrain).isEmpty else { return }
    guard trained.splitFingerprint == splitFingerprint else {
      throw CheckpointError.otherSplits(found: trained.splitFingerprint, expected: splitFingerprint)
    }
    try Self.refuseLeak(trained: trained, tested: tested, in: split)
  }

  /// Throws if a split contains a training class of the same distribution under other settings.
  ///
  /// - Throws: `TaskError.overlappingSplits` with the first such class.
  package static func refuseLeak(
    trained: any TaskDistribution, tested: any TaskDistribution, in split: Split
  ) throws(TaskError) {
    let seen = Set(trained.classes(in: .metaTrain))
    if let shared = tested.classes(in: split).first(where: seen.contains) {
      throw .overlappingSplits(task: type(of: tested).card.id, className: shared)
    }
  }

  /// The meta-learned state, checked against an experiment's algorithm and model.
  ///
  /// - Throws: ``CheckpointError`` if a tensor is missing, unknown, of another shape or not finite, `AlgorithmError` if no run of the
  ///   algorithm reaches the carried state.
  public func state(for experiment: Experiment) throws -> MetaState {
    let state: MetaState
    do {
      state = try self.state(like: experiment.outlineTrainer().state, experiment.algorithm, experiment.learner.model)
    } catch let error as CheckpointError {
      guard case .shape = error, let misfit = misfit(of: experiment.tasks) else { throw error }
      throw misfit
    }
    try experiment.algorithm.validate(carried: state.carried, after: iteration)
    return state
  }

  /// The meta-learned state, checked against an algorithm and a model; no tasks are needed.
  ///
  /// - Throws: As ``state(for:)``.
  func state(for algorithm: any Algorithm, _ learner: Learner) throws -> MetaState {
    try refuseLarger(algorithm, learner.model)
    let outline = algorithm.initialState(learner, from: RandomStream(seed: 0), dtype: .float32)
    let state = try state(like: outline, algorithm, learner.model)
    try algorithm.validate(carried: state.carried, after: iteration)
    return state
  }

  /// Throws for a model that is larger than the whole file, before its outline takes memory and time; a damaged file may claim any size.
  private func refuseLarger(_ algorithm: any Algorithm, _ model: any Model) throws(CheckpointError) {
    let declared = model.parameters
    let held = tensors.values.reduce(0.0) { $0 + Double($1.shape.elementCount) }
    guard declared.reduce(0.0, { $0 + Double($1.shape.elementCount) }) > held else { return }
    let prefixes = ["learned.initial.", "carried.initial."]
    // An algorithm without parameters has no such tensor.
    guard let prefix = prefixes.first(where: { prefix in tensors.keys.contains { $0.hasPrefix(prefix) } }) else { return }
    let layouts = StoredLayouts(algorithm, model)
    for declaration in declared {
      let name = prefix + declaration.name
      guard let tensor = tensors[name] else { throw .missingTensor(name: name) }
      let shape = version > 1 ? layouts.storedShape(name, declaration.shape) : declaration.shape
      guard tensor.shape == shape else { throw .shape(name: name, expected: shape, found: tensor.shape) }
    }
  }

  private func state(
    like expected: MetaState, _ algorithm: any Algorithm, _ model: any Model
  ) throws(CheckpointError) -> MetaState {
    let learned = try restored("learned", like: expected.learned.named, algorithm, model)
    return MetaState(
      learned: expected.learned.replacing(learned.leaves), carried: try restored("carried", like: expected.carried, algorithm, model))
  }

  /// A meta-trainer that resumes from the checkpoint.
  ///
  /// - Throws: ``CheckpointError`` if the experiment has other splits, data or given initial parameters than the run, or if a tensor
  ///   (of the outer optimizer, too) is missing, unknown, of another shape or not finite.
  public func trainer(for experiment: Experiment) throws -> MetaTrainer {
    let tasks = experiment.tasks
    guard tasks.splitFingerprint == splitFingerprint else {
      throw CheckpointError.otherSplits(found: tasks.splitFingerprint, expected: splitFingerprint)
    }
    let given = experiment.initialisation?.digest
    guard given == initialisation else { throw CheckpointError.otherInitialisation(found: given, expected: initialisation) }
    guard tasks.dataDigest == dataDigest else { throw CheckpointError.otherData(found: tasks.dataDigest, expected: dataDigest) }
    let fresh = try experiment.outlineTrainer()
    let (algorithm, model) = (experiment.algorithm, experiment.learner.model)
    let state = try state(like: fresh.state, algorithm, model)
    let moments = fresh.snapshot.tensors.filter { $0.key.hasPrefix("outer.") }.sorted { $0.key < $1.key }
    let outer = try restored("outer", like: ParameterTree(moments.map { (String($0.key.dropFirst(6)), $0.value) }), algorithm, model)
    let all = state.learned.named.prefixed("learned").merging(state.carried.prefixed("carried")).merging(outer.prefixed("outer"))
    let snapshot = TrainingSnapshot(
      iteration: iteration, tensors: Dictionary(uniqueKeysWithValues: all.entries.map { ($0.name, $0.leaf) }))
    return try MetaTrainer(resuming: snapshot, experiment.algorithm, experiment.learner, tasks: experiment.tasks, experiment.training)
  }

  /// The tensors under a prefix in the layouts in memory, with names, shapes and values checked.
  private func restored(
    _ prefix: String, like expected: ParameterTree<Tensor>, _ algorithm: any Algorithm, _ model: any Model
  ) throws(CheckpointError) -> ParameterTree<Tensor> {
    let named = expected.prefixed(prefix)
    let known = Set(named.names)
    if let unknown = tensors.keys.filter({ $0.hasPrefix("\(prefix).") && !known.contains($0) }).min() {
      throw .unexpectedTensor(name: unknown)
    }
    let layouts = StoredLayouts(algorithm, model)
    // Version 1 held the layouts in memory.
    let isConverted = version > 1
    var leaves: [Tensor] = []
    for (name, like) in named.entries {
      guard let tensor = tensors[name] else { throw .missingTensor(name: name) }
      let shape = isConverted ? layouts.storedShape(name, like.shape) : like.shape
      guard tensor.shape == shape else { throw .shape(name: name, expected: shape, found: tensor.shape) }
      guard tensor.isFinite else { throw .notFinite(name: name) }
      leaves.append(isConverted ? layouts.restored(name, tensor, shape: like.shape) : tensor)
    }
    return expected.replacing(leaves)
  }
}
