public import Algorithms
import Models
import Registry
package import Tasks
import TensorCore

/// What is kept of a run: enough to test what it learned, and to go on with the same bits.
///
/// A safetensors file. Its metadata are formatVersion, algorithm, task, model, seed, iteration, iterations and configuration (a
/// JSON object of all settings as texts); never a time, a host or a number of threads. Its tensors are those of a
/// `TrainingSnapshot`, float32: "learned.…", "carried.…" and "outer.…".
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
  /// All settings by dotted key, sorted.
  public let settings: [(key: String, value: String)]
  /// The state of training.
  public let snapshot: TrainingSnapshot

  /// Takes a checkpoint of a run.
  public init(experiment: Experiment, snapshot: TrainingSnapshot) {
    (algorithm, task, model) = experiment.ids
    seed = experiment.training.seed
    iterations = experiment.training.iterations
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
  /// - Returns: An experiment to test with, or to go on with.
  /// - Throws: What ``Experiment/init(_:)`` throws, and `TaskError.overlappingSplits` where the changed settings would test on a
  ///   class that the run was trained on.
  public func experiment(
    overrides: [(key: String, value: String)] = [], task: String? = nil, source: String? = nil, threads: Int = 1
  ) throws -> Experiment {
    var request = request(task: task)
    request.source = source
    request.threads = threads
    let recorded = request
    request.settings += overrides
    let experiment = try Experiment(request)
    if request.task == self.task, overrides.contains(where: { $0.key.hasPrefix("task.") }) {
      try Self.refuseLeak(trained: Experiment(recorded).tasks, tested: experiment.tasks, in: experiment.test.split)
    }
    return experiment
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
    let expected = try experiment.trainer().state
    return MetaState(
      learned: try tree("learned", like: expected.learned), carried: try tree("carried", like: expected.carried))
  }

  /// A meta-trainer that goes on where the checkpoint was taken.
  ///
  /// - Throws: ``CheckpointError`` or `TrainingError.snapshot` where the tensors do not fit the experiment.
  public func trainer(for experiment: Experiment) throws -> MetaTrainer {
    _ = try state(for: experiment)
    return try MetaTrainer(
      resuming: snapshot, experiment.algorithm, experiment.learner, tasks: experiment.tasks, experiment.training)
  }

  private func tree(_ prefix: String, like expected: ParameterTree<Tensor>) throws(CheckpointError) -> ParameterTree<Tensor> {
    let known = Set(expected.prefixed(prefix).names)
    if let unknown = snapshot.tensors.keys.filter({ $0.hasPrefix("\(prefix).") && !known.contains($0) }).min() {
      throw .unexpectedTensor(name: unknown)
    }
    var entries: [(String, Tensor)] = []
    for (name, like) in expected.entries {
      guard let tensor = snapshot.tensors["\(prefix).\(name)"] else { throw .missingTensor(name: "\(prefix).\(name)") }
      guard tensor.shape == like.shape else {
        throw .shape(name: "\(prefix).\(name)", expected: like.shape, found: tensor.shape)
      }
      guard tensor.isFinite else { throw .notFinite(name: "\(prefix).\(name)") }
      entries.append((name, tensor))
    }
    return ParameterTree(entries)
  }
}
