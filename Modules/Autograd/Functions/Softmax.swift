import TensorCore

extension Variable {
  /// The softmax along the last axis: probabilities, of this variable's shape.
  ///
  /// ```
  /// y = exp(x − m) / Σ exp(x − m),   m = max x (constant, since it cancels)
  /// ```
  /// Finite elements of any size do not overflow. An element of −∞ beside a finite one gets the probability 0.
  public func softmax() -> Variable {
    let axes: AxisSet = [shape.rank - 1]
    let exponentials = (self - Variable(constant: value.maximum(axes))).exp()
    return exponentials / exponentials.sum(axes)
  }
}
