import Registry
public import TensorCore

extension Variable {
  /// Gathers one element of the last axis for each label: […, classes] with labels […] → […].
  ///
  /// ```
  /// y[i] = x[i, label i]
  /// ```
  /// Computed as a product with one-hot rows, which gives derivatives of every order.
  /// - Precondition: An int64 tensor of labels, shaped like this variable without its last axis.
  public func gathered(at labels: Tensor) -> Variable {
    require(labels.shape == shape.removing(-1), "gather: labels \(labels.shape) for \(shape)")
    let rows = Variable(constant: labels.oneHot(shape[-1], dtype: value.dtype))
    return (self * rows).sum([shape.rank - 1]).reshaped(labels.shape)
  }
}
