public import TensorCore

extension Variable {
  /// The elements of the last axis that labels name: […, classes] with labels […] → […].
  ///
  /// ```
  /// y[i] = x[i, label i]        the transpose places a cotangent at the label
  /// ```
  /// Written as a product with one-hot rows, so that derivatives of every order come from multiplication and sum.
  /// - Precondition: An int64 tensor of labels, shaped like this variable without its last axis.
  public func gathered(at labels: Tensor) -> Variable {
    precondition(labels.shape == shape.removing(-1), "gather: labels \(labels.shape) for \(shape)")
    let rows = Variable(constant: labels.oneHot(shape[-1], dtype: value.dtype))
    return (self * rows).sum([shape.rank - 1]).reshaped(labels.shape)
  }
}
