import Registry
import TensorCore

extension Variable {
  /// The mean binary cross-entropy of logits [T, N, 1] with targets of 0 and 1: one loss per task, [T].
  ///
  /// ```
  /// L = (1/N) Σ log(1 + exp(x)) − t·x
  /// ```
  public func binaryCrossEntropy(targets: Variable) -> Variable {
    require(shape == targets.shape && shape.rank == 3, "binary cross-entropy: logits \(shape), targets \(targets.shape)")
    return (softplus() - targets * self).mean([1, 2]).reshaped([shape[0]])
  }
}
