import Algorithms
import Registry
import Tasks

/// The part of an experiment that a dotted key's prefix addresses; keys with none of these prefixes are the algorithm's own.
enum SettingPart: String, CaseIterable {
  case outer, training, task, model, test
}

/// How the query is normalised in meta-training, where the model has batch norm.
///
/// Support-plus-one is missing on purpose: it is a mode of testing and has no gradient.
enum TrainingNormalisation: String, CaseIterable, Sendable {
  case transductive, support

  var mode: NormalisationMode { self == .transductive ? .transductive : .support }

  init(_ mode: NormalisationMode) { self = mode == .support ? .support : .transductive }
}

/// What the prefix "training" addresses: the configuration, and the learner's mode of normalisation.
struct TrainingSettings: Sendable {
  var configuration: TrainingConfiguration
  var normalisation = TrainingNormalisation.transductive

  static let hyperparameters =
    HyperparameterTable<TrainingSettings>(TrainingConfiguration.hyperparameters, at: \.configuration) + HyperparameterTable([
      .choice("normalisation", \.normalisation, "Statistics that batch norm takes for the query in meta-training.")
    ])
}

extension HyperparameterTable {
  /// The settings of a stored part of the root, under their own keys.
  init<Part>(_ table: HyperparameterTable<Part>, at path: any WritableKeyPath<Root, Part> & Sendable) {
    self = HyperparameterTable.nested("", path, table)
  }
}
