public import Tasks

extension TrainingConfiguration {
  /// The configuration for algorithms that compare features: one pass over a task, hence smaller meta-batches than for adaptation.
  ///
  /// Images have meta-batches of 4 and Adam's rate 0.005, that of Bertinetto et al.'s code. On meta-validation of Omniglot, 20-way 1-shot,
  /// after 300 iterations with 3 queries, ProtoNet has 72.4% with a rate of 0.001 and 76.5% with 0.005, R2-D2 64.5% and 73.4%.
  public static func ofComparisons(for signature: TaskSignature) -> TrainingConfiguration {
    var training = TrainingConfiguration(for: signature)
    if signature.inputKind != .vector { (training.metaBatchSize, training.outer.learningRate) = (4, 0.005) }
    return training
  }
}
