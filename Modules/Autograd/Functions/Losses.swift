import TensorCore

extension Variable {
  /// log softmax(x) along the last axis.
  ///
  /// ```
  /// y = x − m − log Σ exp(x − m),   m = max x (a constant: it cancels)
  /// ```
  public func logSoftmax() -> Variable {
    let axes: AxisSet = [shape.rank - 1]
    let shifted = self - Variable(constant: value.maximum(axes))
    return shifted - shifted.exp().sum(axes).log()
  }

  /// The mean cross-entropy of logits [T, N, ways] with one-hot targets of the same shape: one loss a task, [T].
  ///
  /// ```
  /// L = −(1/N) Σ log softmax(x)[label]
  /// ```
  public func crossEntropy(oneHot targets: Variable) -> Variable {
    precondition(shape == targets.shape && shape.rank == 3, "cross-entropy: logits \(shape), one-hot targets \(targets.shape)")
    return (logSoftmax() * targets).sum([1, 2], scale: -1 / Double(max(shape[1], 1))).reshaped([shape[0]])
  }

  /// The mean binary cross-entropy of logits [T, N, 1] with targets of 0 and 1: one loss a task, [T].
  ///
  /// ```
  /// L = (1/N) Σ log(1 + exp(x)) − t·x
  /// ```
  public func binaryCrossEntropy(targets: Variable) -> Variable {
    precondition(shape == targets.shape && shape.rank == 3, "binary cross-entropy: logits \(shape), targets \(targets.shape)")
    return (softplus() - targets * self).mean([1, 2]).reshaped([shape[0]])
  }

  /// The mean squared error of predictions [T, N, outputs]: one loss a task, [T].
  ///
  /// ```
  /// L = mean (x − t)²
  /// ```
  public func meanSquaredError(targets: Variable) -> Variable {
    precondition(shape == targets.shape && shape.rank == 3, "mean squared error: predictions \(shape), targets \(targets.shape)")
    return (self - targets).squared().mean([1, 2]).reshaped([shape[0]])
  }
}
