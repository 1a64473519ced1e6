import Algorithms
import Models
import Registry
import Tasks

/// The registered types that a request names, and the keys of all their settings.
struct ExperimentTypes {
  let algorithm: any Algorithm.Type
  let task: any TaskDistribution.Type
  let model: any Model.Type

  /// Looks up the types by their ids.
  ///
  /// - Parameters:
  ///   - algorithm: The algorithm's id.
  ///   - tasks: The tasks, with their data if already loaded.
  ///   - model: The model's id; nil for the model that the tasks suggest.
  /// - Throws: `LookupError` for an unknown id.
  init(algorithm: String, tasks: any TaskDistribution, model: String?) throws(LookupError) {
    self.algorithm = try AlgorithmRegistry.type(of: algorithm)
    task = type(of: tasks)
    self.model = try ModelRegistry.type(of: model ?? tasks.signature.suggestedModel)
  }

  /// The dotted keys of all settings.
  var keys: [String] { Self.keys(algorithm) + Self.sharedKeys + Self.keys(task) + Self.keys(model) }

  private static var sharedKeys: [String] {
    TrainingSettings.hyperparameters.keys + TestConfiguration.hyperparameters.prefixed("test").keys
      + ValidationConfiguration.hyperparameters.prefixed("validation").keys
  }

  /// Throws for a key that neither the algorithm nor the task nor any candidate model declares, before data are loaded.
  ///
  /// - Throws: `LookupError` for an unknown algorithm, `HyperparameterError.unknown` with the nearest key.
  static func refuseUnknown(
    _ settings: [(key: String, value: String)], algorithm: String, task: any TaskDistribution.Type, model: String?
  ) throws {
    let models = try model.map { [try ModelRegistry.type(of: $0)] } ?? ModelRegistry.all.items.map(\.item)
    let own = keys(try AlgorithmRegistry.type(of: algorithm)) + sharedKeys + keys(task)
    let known = models.reduce(own) { $0 + keys($1).filter { key in !own.contains(key) } }
    if let unknown = settings.first(where: { !known.contains($0.key) }) {
      throw HyperparameterError.unknown(LookupError(kind: "hyperparameter", name: unknown.key, known: Array(Set(known))))
    }
  }

  /// Throws for a key that no part declares.
  ///
  /// - Throws: `HyperparameterError.unknown` with the nearest key.
  func refuseUnknown(_ settings: [(key: String, value: String)]) throws(HyperparameterError) {
    let keys = keys
    if let unknown = settings.first(where: { !keys.contains($0.key) }) {
      throw .unknown(LookupError(kind: "hyperparameter", name: unknown.key, known: keys))
    }
  }

  /// Throws for a key of an algorithm or a model that neither declares; keys of tasks are not looked at.
  ///
  /// - Throws: `LookupError` for an unknown algorithm or model, `HyperparameterError.unknown` with the nearest key.
  static func refuseUnknownBesidesTask(_ settings: [(key: String, value: String)], algorithm: String, model: String) throws {
    let known = keys(try AlgorithmRegistry.type(of: algorithm)) + sharedKeys + keys(try ModelRegistry.type(of: model))
    if let unknown = settings.first(where: { !$0.key.hasPrefix("task.") && !known.contains($0.key) }) {
      throw HyperparameterError.unknown(LookupError(kind: "hyperparameter", name: unknown.key, known: known))
    }
  }

  private static func keys<A: Algorithm>(_: A.Type) -> [String] { A.hyperparameters.keys }
  private static func keys<D: TaskDistribution>(_: D.Type) -> [String] { D.hyperparameters.prefixed("task").keys }
  private static func keys<M: Model>(_: M.Type) -> [String] { M.hyperparameters.prefixed("model").keys }
}
