public import Tasks

/// The published settings of an algorithm.
///
/// Every requirement has a default implementation.
public protocol PublishedSettings: Sendable {
  /// Adopts the published settings for such tasks; the caller applies the user's settings afterwards.
  mutating func adopt(_ signature: TaskSignature)

  /// The meta-batch and the outer optimizer that suit such tasks; the caller chooses the number of iterations.
  func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration
}

extension PublishedSettings {
  public mutating func adopt(_ signature: TaskSignature) {}
  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration { TrainingConfiguration(for: signature) }
}
