import Evaluation
import Registry
import Tasks
import TensorCore

extension Arguments {
  /// The request for one algorithm on one task, with the settings that apply to them.
  func request(algorithm: String, task: String, settings: [(key: String, value: String)]) throws -> ExperimentRequest {
    var request = ExperimentRequest(algorithm: algorithm, task: task)
    request.model = text(.model)
    request.iterations = integer(.iterations)
    request.settings = settings
    request.seed = seed
    request.threads = threads
    request.source = try source(of: task)
    return request
  }

  /// The experiment of `run`.
  func experiment() throws -> Experiment { try requested().experiment }

  /// The experiment of the flags, or of a configuration and the flags beside it, with the request that it follows.
  func requested() throws -> (request: ExperimentRequest, experiment: Experiment) {
    if let path = text(.config) { return try experiment(RunConfiguration(contentsOf: path), path: RunConfiguration.file(at: path)) }
    guard let algorithm = operands.first else {
      throw UsageError.missingOperand(Operand(placeholder: "ALGORITHM", count: .one), command: command.name)
    }
    var request = try request(algorithm: algorithm, task: required(.task), settings: settings())
    request.initialisation = try text(.initialisation).map { try StateDict(contentsOf: $0) }
    return (request, try Experiment(request))
  }

  /// The experiment of a configuration, with the values of the flags in place of its own.
  ///
  /// - Throws: ``UsageError/differsFromConfig(_:found:expected:path:)`` for another algorithm, task or model, and all errors of an
  ///   experiment.
  private func experiment(
    _ configuration: RunConfiguration, path: String
  ) throws -> (request: ExperimentRequest, experiment: Experiment) {
    for (name, found, expected) in [
      ("ALGORITHM", operands.first, configuration.algorithm), (Flag.task.spelling, text(.task), configuration.task),
      (Flag.model.spelling, text(.model), configuration.model),
    ] {
      if let found, let expected, found != expected {
        throw UsageError.differsFromConfig(name, found: found, expected: expected, path: path)
      }
    }
    var request = configuration.request
    request.model = request.model ?? text(.model)
    request.settings += try settings()
    request.iterations = integer(.iterations) ?? request.iterations
    request.seed = has(.seed) ? seed : request.seed
    request.threads = threads
    let source = try source(of: request.task)
    request.source = source ?? request.source
    request.initialisation = try (text(.initialisation) ?? configuration.initialisation).map { try StateDict(contentsOf: $0) }
    let experiment = try Experiment(request)
    try configuration.check(experiment, data: source == nil, initialisation: !has(.initialisation))
    return (request, experiment)
  }

  /// The random seed.
  var seed: UInt64 { UInt64(integer(.seed) ?? 0) }

  /// The step that algorithms are ranked after.
  func rankStep() throws(UsageError) -> RankStep {
    guard let text = text(.rankAt) else { return .trained }
    guard let rank = RankStep(text) else { throw .invalidPair(.rankAt, found: text) }
    return rank
  }

  /// Worker threads.
  var threads: Int { integer(.threads) ?? Processors.allowed }

  /// The folder that `--data` gives for a task.
  ///
  /// - Throws: `LookupError` if `--data` names an unknown task, ``UsageError`` if it names a task twice.
  func source(of task: String) throws -> String? {
    var sources: [String: String] = [:]
    for pair in try pairs(.data) {
      _ = try TaskRegistry.type(of: pair.key)
      guard !pair.value.isEmpty else { throw UsageError.invalidPair(.data, found: "\(pair.key)=") }
      guard sources.updateValue(pair.value, forKey: pair.key) == nil else { throw UsageError.duplicateSetting(key: "data of \(pair.key)") }
    }
    return sources[task]
  }
}
