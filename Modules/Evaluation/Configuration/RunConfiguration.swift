import Algorithms
public import Registry
import Tasks

/// The configuration of a run: all that `tools run --config` needs to repeat it.
///
/// config.json in a run's folder holds it:
/// ```
/// {
///   "formatVersion": 1,
///   "algorithm": "maml", "task": "table", "model": "mlp", "seed": 0, "iterations": 1000,
///   "data": "patients.csv", "dataDigest": "…", "init": "model.safetensors", "initDigest": "…",
///   "settings": { "inner.steps": 1, … }
/// }
/// ```
/// Data and init are paths as the user gave them, relative to the working directory; they are absent if none were given. Threads, output
/// and checkpoints have no place in it, because they do not affect the results.
public struct RunConfiguration: Sendable {
  /// The name of the file in a run's folder.
  public static let fileName = "config.json"
  /// The format version that is written and read.
  public static let formatVersion = 1

  /// The algorithm's id.
  public var algorithm: String
  /// The task distribution's id.
  public var task: String
  /// The model's id; nil for the model that the task suggests.
  public var model: String?
  /// The random seed.
  public var seed: UInt64 = 0
  /// The number of meta-updates; nil for the algorithm's default.
  public var iterations: Int?
  /// The folder or file of the task's data.
  public var data: String?
  /// Digest of the data files.
  public var dataDigest: String?
  /// The file with the initial parameters.
  public var initialisation: String?
  /// Digest of the initial parameters.
  public var initialisationDigest: String?
  /// The settings by dotted key.
  public var settings: [(key: String, value: HyperparameterValue)] = []

  /// Creates a configuration with the published settings.
  public init(algorithm: String, task: String) {
    self.algorithm = algorithm
    self.task = task
  }

  /// Records an experiment.
  public init(_ experiment: Experiment) {
    let ids = experiment.ids
    self.init(algorithm: ids.algorithm, task: ids.task)
    model = ids.model
    seed = experiment.training.seed
    iterations = experiment.training.iterations
    data = experiment.source
    dataDigest = experiment.tasks.dataDigest
    initialisation = experiment.initialisation?.path
    initialisationDigest = experiment.initialisation?.digest
    settings = experiment.settings
  }

  /// The request for the experiment, without the initial parameters, which are in a file.
  public var request: ExperimentRequest {
    var request = ExperimentRequest(algorithm: algorithm, task: task)
    request.model = model
    request.seed = seed
    request.iterations = iterations
    request.source = data
    request.settings = settings.map { ($0.key, $0.value.description) }
    return request
  }

  /// The content of config.json.
  public var json: JSON {
    func member(_ key: String, _ text: String?) -> [JSON.Member] { text.map { [JSON.Member(key, .string($0))] } ?? [] }
    return .object(
      [
        .init("formatVersion", .integer(Self.formatVersion)), .init("version", .string(FrameworkVersion.current)),
        .init("algorithm", .string(algorithm)), .init("task", .string(task)),
      ] + member("model", model) + [.init("seed", Int(exactly: seed).map { .integer($0) } ?? .string("\(seed)"))]
        + (iterations.map { [.init("iterations", .integer($0))] } ?? []) + member("data", data) + member("dataDigest", dataDigest)
        + member("init", initialisation) + member("initDigest", initialisationDigest)
        + [.init("settings", .object(settings.map { JSON.Member($0.key, $0.value.json) }))])
  }

  /// Throws if data or initial parameters differ from those on record.
  ///
  /// - Parameters:
  ///   - experiment: The experiment that repeats the run.
  ///   - data: Whether to compare the data.
  ///   - initialisation: Whether to compare the initial parameters.
  /// - Throws: ``CheckpointError/otherData(found:expected:)``, ``CheckpointError/otherInitialisation(found:expected:)``
  public func check(_ experiment: Experiment, data: Bool, initialisation: Bool) throws(CheckpointError) {
    let (foundData, foundInitialisation) = (experiment.tasks.dataDigest, experiment.initialisation?.digest)
    if data, let dataDigest, foundData != dataDigest { throw .otherData(found: foundData, expected: dataDigest) }
    if initialisation, let initialisationDigest, foundInitialisation != initialisationDigest {
      throw .otherInitialisation(found: foundInitialisation, expected: initialisationDigest)
    }
  }
}

extension RunFolder {
  /// Writes config.json.
  ///
  /// - Throws: ``RunFolderError/file(_:)``
  public func write(_ configuration: RunConfiguration) throws(RunFolderError) {
    try put(configuration.json.text, RunConfiguration.fileName)
  }
}
