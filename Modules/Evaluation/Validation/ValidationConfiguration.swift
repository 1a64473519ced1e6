public import Registry

/// The settings of the validation during meta-training; part of a run's record if there is a validation.
public struct ValidationConfiguration: Sendable, Hashable {
  /// The settings, under the prefix "validation" on the command line.
  public static let hyperparameters = HyperparameterTable<ValidationConfiguration>([
    .integer("every", \.every, in: 0...(.max), "Iterations between validations on tasks of meta-validation; 0 for none."),
    .integer("episodes", \.episodes, in: 2...10_000_000, "Episodes of a validation, the same each time."),
    .integer("patience", \.patience, in: 0...(.max), "Validations without improvement that end the meta-training; 0 for no end."),
  ])

  /// Iterations between validations; 0 for none.
  public var every = 0
  /// Episodes of a validation.
  public var episodes = 200
  /// Validations without improvement that end the meta-training; 0 for no early end.
  public var patience = 0

  /// No validation.
  public init() {}

  /// Whether there are validations.
  public var isOn: Bool { every > 0 }
}
