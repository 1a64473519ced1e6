public import TensorCore

extension Variable {
  /// The logarithm of the sum of exponentials over axes, which keep extent 1.
  ///
  /// ```
  /// y = m + log Σ exp(x − m),   m = max x (constant, since it cancels)        dy/dx = softmax x
  /// ```
  /// Finite elements of any size do not overflow. An element of −∞ beside a finite one contributes nothing.
  public func logSumExp(_ axes: AxisSet) -> Variable {
    let largest = Variable(constant: value.maximum(axes))
    return (self - largest).exp().sum(axes).log() + largest
  }
}
