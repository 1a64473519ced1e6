public import Algorithms
import Models
import Registry
package import Tasks
import TensorCore

/// What is kept of a run: enough to test what it learned, and to go on with the same bits.
///
/// A safetensors file. Its metadata are formatVersion, algorithm, task, model, seed, iteration, iterations, splitFingerprint,
/// dataDigest (where the task reads data) and configuration (a JSON object of all settings as texts); never a time, a host or a
/// number of threads. Its tensors are those of a `TrainingSnapshot`, float32: "learned.…", "carried.…" and "outer.…".
public struct Checkpoint: Sendable {
  /// The version of the format that is written, and the only one that is read.
  public static let formatVersion = 1
  /// The file's name in a run's folder.
  public static let fileName = "checkpoint.safetensors"

  /// The algorithm's id.
  public let algorithm: String
  /// The task distribution's id.
  public let task: String
  /// The model's id.
  public let model: String
  /// The key of every random choice of the run.
  public let seed: UInt64
  /// Meta-updates that the run was asked for.
  public let iterations: Int
  /// Digest of which classes belonged to which split.
  public let splitFingerprint: String
  /// Digest of the data that the run read; nil where its tasks are made up.
  public let dataDigest: String?
  /// All settings by dotted key, sorted.
  public let settings: [(key: String, value: String)]
  /// The state of training.
  public let snapshot: TrainingSnapshot

  /// Takes a checkpoint of a run.
  public init(experiment: Experiment, snapshot: TrainingSnapshot) {
    (algorithm, task, model) = experiment.ids
    seed = experiment.training.seed
    iterations = experiment.training.iterations
    splitFingerprint = experiment.tasks.splitFingerprint
    dataDigest = experiment.tasks.dataDigest
    settings = experiment.settings.map { ($0.key, $0.value.description) }.sorted { $0.0 < $1.0 }
    self.snapshot = snapshot
  }

  /// What the run was asked for.
  ///
  /// - Parameter task: Another task, to test on; the recorded settings of the task are left out then.
  /// - Returns: A request that gives the same experiment.
  public func request(task: String? = nil) -> ExperimentRequest {
    let other = task.map { $0 != self.task } ?? false
    var request = ExperimentRequest(algorithm: algorithm, task: task ?? self.task)
    request.model = model
    request.settings = settings.filter { !other || !$0.key.hasPrefix("task.") }
    request.iterations = iterations
    request.seed = seed
    return request
  }

  /// The run's experiment again, with a few settings changed.
  ///
  /// - Parameters:
  ///   - overrides: Settings by dotted key that differ from the recorded ones.
  ///   - task: Another task, to test on; nil for the run's own.
  ///   - source: The folder of the task's data.
  ///   - threads: Threads that take shards.
  ///   - seed: Another key of the test episodes; nil for the run's own.
  /// - Returns: An experiment to test with, or to go on with.
  /// - Throws: What ``Experiment/init(_:)`` throws, `TaskError.overlappingSplits` where changed settings or data would test on a
  ///   class that the run was trained on, and ``CheckpointError/otherSplits(found:expected:)`` where the data do not say which those
  ///   are.
  public func experiment(
    overrides: [(key: String, value: String)] = [], task: String? = nil, source: String? = nil, threads: Int = 1, seed: UInt64? = nil
  ) throws -> Experiment {
    var request = request(task: task)
    request.source = source
    request.threads = threads
    request.seed = seed ?? request.seed
    let recorded = request
    request.settings += overrides
    let experiment = try Experiment(request)
    if request.task == self.task {
      let isRecorded = !overrides.contains { $0.key.hasPrefix("task.") }
      try refuseLeak(tested: experiment.tasks, in: experiment.test.split) {
        isRecorded ? experiment.tasks : try Experiment.preparedTasks(recorded)
      }
    }
    return experiment
  }

  /// Refuses a split that holds a class which the run was trained on.
  ///
  /// - Parameters:
  ///   - tested: The run's distribution, perhaps with other settings or data.
  ///   - split: The part that is tested on.
  ///   - recorded: The same data under the recorded settings.
  /// - Throws: `TaskError.overlappingSplits`, or ``CheckpointError/otherSplits(found:expected:)`` where the data are not the run's, so
  ///   that nobody knows what it was trained on.
  package func refuseLeak(
    tested: any TaskDistribution, in split: Split, recorded: () throws -> any TaskDistribution
  ) throws {
    // Splits of one fingerprint are those of the run, and no class is in two of them.
    guard tested.splitFingerprint != splitFingerprint else { return }
    let trained = try recorded()
    // A family without classes draws its splits from separate streams.
    guard !trained.classes(in: .metaTrain).isEmpty else { return }
    guard trained.splitFingerprint == splitFingerprint else {
      throw CheckpointError.otherSplits(found: trained.splitFingerprint, expected: splitFingerprint)
    }
    try Self.refuseLeak(trained: trained, tested: tested, in: split)
  }

  /// Refuses a split that holds a class which another setting of the same distribution trains on.
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

  /// The meta-learned state, checked against what an experiment's algorithm and model expect.
  ///
  /// - Throws: ``CheckpointError`` where a tensor is missing, unknown, of another shape or not finite.
  public func state(for experiment: Experiment) throws -> MetaState {
    try state(like: experiment.trainer().state)
  }

  private func state(like expected: MetaState) throws(CheckpointError) -> MetaState {
    MetaState(
      learned: try tree("learned", like: expected.learned), carried: try tree("carried", like: expected.carried))
  }

  /// A meta-trainer that goes on where the checkpoint was taken.
  ///
  /// - Throws: ``CheckpointError`` where the experiment's splits or data are not the run's, and where a tensor, the outer
  ///   optimizer's among them, is missing, unknown, of another shape or not finite.
  public func trainer(for experiment: Experiment) throws -> MetaTrainer {
    let tasks = experiment.tasks
    guard tasks.splitFingerprint == splitFingerprint else {
      throw CheckpointError.otherSplits(found: tasks.splitFingerprint, expected: splitFingerprint)
    }
    guard tasks.dataDigest == dataDigest else { throw CheckpointError.otherData(found: tasks.dataDigest, expected: dataDigest) }
    let fresh = try experiment.trainer()
    _ = try state(like: fresh.state)
    try check("outer", like: fresh.snapshot.tensors.filter { $0.key.hasPrefix("outer.") }.sorted { $0.key < $1.key })
    return try MetaTrainer(
      resuming: snapshot, experiment.algorithm, experiment.learner, tasks: experiment.tasks, experiment.training)
  }

  private func tree(_ prefix: String, like expected: ParameterTree<Tensor>) throws(CheckpointError) -> ParameterTree<Tensor> {
    let named = expected.prefixed(prefix).entries.map { (key: $0.name, value: $0.leaf) }
    return expected.replacing(try check(prefix, like: named))
  }

  /// The tensors under a prefix, in the order of those that are expected, which they fit.
  @discardableResult
  private func check(
    _ prefix: String, like expected: [(key: String, value: Tensor)]
  ) throws(CheckpointError) -> [Tensor] {
    let known = Set(expected.map(\.key))
    if let unknown = snapshot.tensors.keys.filter({ $0.hasPrefix("\(prefix).") && !known.contains($0) }).min() {
      throw .unexpectedTensor(name: unknown)
    }
    var tensors: [Tensor] = []
    for (name, like) in expected {
      guard let tensor = snapshot.tensors[name] else { throw .missingTensor(name: name) }
      guard tensor.shape == like.shape else { throw .shape(name: name, expected: like.shape, found: tensor.shape) }
      guard tensor.isFinite else { throw .notFinite(name: name) }
      tensors.append(tensor)
    }
    return tensors
  }
}
