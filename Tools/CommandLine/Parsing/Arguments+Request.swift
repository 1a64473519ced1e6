import Evaluation
import Registry
import Tasks

extension Arguments {
  /// What the flags ask for, for one algorithm and one task; `settings` are those that apply to it.
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

  /// The key of every random choice.
  var seed: UInt64 { UInt64(integer(.seed) ?? 0) }

  /// Worker threads.
  var threads: Int { integer(.threads) ?? Host.cores }

  /// The folder that `--data` names for a task.
  ///
  /// - Throws: `LookupError` where `--data` names a task that does not exist, ``UsageError`` where it names one twice.
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
