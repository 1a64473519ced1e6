public import Tasks

/// The settings that an algorithm is published with.
///
/// Everything has a default.
public protocol PublishedSettings: Sendable {
  /// Takes the settings that the algorithm is published with for such tasks; settings made by hand come after.
  mutating func adopt(_ signature: TaskSignature)

  /// The meta-batch and the outer optimizer that suit such tasks; the caller chooses the number of iterations.
  func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration
}

extension PublishedSettings {
  public mutating func adopt(_ signature: TaskSignature) {}
  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration { TrainingConfiguration(for: signature) }
}
