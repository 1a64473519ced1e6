/// What is minimised on a task; a mean over samples (and outputs).
public enum Objective: String, Sendable, Hashable, CaseIterable {
  /// Mean over samples and outputs of (prediction − target)².
  case meanSquaredError = "mse"
  /// Mean over samples of −log softmax(logits)[label].
  case crossEntropy = "cross-entropy"
  /// Mean over samples of −log sigmoid(±logit); one output.
  case binaryCrossEntropy = "binary-cross-entropy"

  /// True where an accuracy exists.
  public var isClassification: Bool { self != .meanSquaredError }
}
