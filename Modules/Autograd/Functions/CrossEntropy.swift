import Registry
import TensorCore

extension Variable {
  /// The mean cross-entropy of logits [T, N, ways] with one-hot targets of the same shape: one loss per task, [T].
  ///
  /// ```
  /// L = −(1/N) Σ log softmax(x)[label]
  /// ```
  public func crossEntropy(oneHot targets: Variable) -> Variable {
    require(shape == targets.shape && shape.rank == 3, "cross-entropy: logits \(shape), one-hot targets \(targets.shape)")
    // Where the target is 0, the term is 0: a model that masks a class gives it the logit −∞, and −∞·0 is NaN.
    return (logSoftmax().gated(by: targets) * targets).sum([1, 2], scale: -1 / Double(max(shape[1], 1))).reshaped([shape[0]])
  }
}
