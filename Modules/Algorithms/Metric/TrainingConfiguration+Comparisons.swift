public import Tasks

extension TrainingConfiguration {
  /// The configuration for algorithms that compare features: one pass over a task, hence smaller meta-batches than for adaptation.
  ///
  /// Images have meta-batches of 4.
  public static func ofComparisons(for signature: TaskSignature) -> TrainingConfiguration {
    var training = TrainingConfiguration(for: signature)
    if signature.inputKind != .vector { training.metaBatchSize = 4 }
    return training
  }
}
