import Algorithms
import Models
import Registry
import Tasks

/// The registered types that a request names, and the settings that they declare together.
struct ExperimentTypes {
  let algorithm: any Algorithm.Type
  let task: any TaskDistribution.Type
  let model: any Model.Type

  /// Looks the types up.
  ///
  /// - Throws: `LookupError` for an unknown id; a model of nil is the one that the task suggests.
  init(algorithm: String, task: String, model: String?) throws(LookupError) {
    self.algorithm = try AlgorithmRegistry.type(of: algorithm)
    self.task = try TaskRegistry.type(of: task)
    self.model = try ModelRegistry.type(of: model ?? self.task.init().signature.suggestedModel)
  }

  /// All settings' dotted keys.
  var keys: [String] {
    Self.keys(algorithm) + TrainingSettings.hyperparameters.keys + Self.keys(task) + Self.keys(model)
      + TestConfiguration.hyperparameters.prefixed("test").keys
  }

  /// Refuses a key that no part declares.
  ///
  /// - Throws: `HyperparameterError.unknown` with the nearest key.
  func refuseUnknown(_ settings: [(key: String, value: String)]) throws(HyperparameterError) {
    let keys = keys
    if let unknown = settings.first(where: { !keys.contains($0.key) }) {
      throw .unknown(LookupError(kind: "hyperparameter", name: unknown.key, known: keys))
    }
  }

  private static func keys<A: Algorithm>(_: A.Type) -> [String] { A.hyperparameters.keys }
  private static func keys<D: TaskDistribution>(_: D.Type) -> [String] { D.hyperparameters.prefixed("task").keys }
  private static func keys<M: Model>(_: M.Type) -> [String] { M.hyperparameters.prefixed("model").keys }
}
