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
  func experiment() throws -> Experiment {
    var request = try request(algorithm: operands[0], task: required(.task), settings: settings())
    request.initialisation = try text(.initialisation).map { try StateDict(contentsOf: $0) }
    return try Experiment(request)
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
