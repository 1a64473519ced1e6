import Algorithms
import Registry
import Tasks

/// The settings under the prefixes "outer" and "training": the configuration, and how the learner normalises its queries.
struct TrainingSettings: Sendable {
  /// The batch-norm statistics for the query in meta-training.
  ///
  /// Support-plus-one is not a case: it is a mode of testing and has no gradient.
  enum Normalisation: String, CaseIterable, Sendable {
    case transductive, support
  }

  var configuration: TrainingConfiguration
  var normalisation: Normalisation

  /// Creates settings; any mode other than support counts as transductive.
  init(_ configuration: TrainingConfiguration, mode: NormalisationMode = .transductive) {
    self.configuration = configuration
    normalisation = mode == .support ? .support : .transductive
  }

  /// The learner's normalisation mode in meta-training.
  var mode: NormalisationMode { normalisation == .support ? .support : .transductive }

  static let hyperparameters: HyperparameterTable<Self> =
    .nested("outer", \.configuration.outer, OuterOptimizer.hyperparameters)
    + .nested("training", \.configuration, TrainingConfiguration.hyperparameters)
    + HyperparameterTable([
      .choice("training.normalisation", \.normalisation, "Batch-norm statistics for the query in meta-training.")
    ])
}

extension HyperparameterTable {
  /// Applies the settings that this table declares, in order.
  ///
  /// - Throws: `HyperparameterError.invalid` for a value of the wrong type or out of range.
  func apply(_ settings: [(key: String, value: String)], to root: inout Root) throws(HyperparameterError) {
    let known = Set(keys)
    for (key, value) in settings where known.contains(key) { try set(key, to: value, in: &root) }
  }

  /// The table with a prefix and a dot before every key.
  func prefixed(_ prefix: String) -> Self { .nested(prefix, \.self, self) }
}
