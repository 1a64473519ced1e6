import TensorCore

extension Variable {
  /// log softmax(x) along the last axis.
  ///
  /// ```
  /// y = x − m − log Σ exp(x − m),   m = max x (constant, since it cancels)
  /// ```
  public func logSoftmax() -> Variable {
    let axes: AxisSet = [shape.rank - 1]
    let shifted = self - Variable(constant: value.maximum(axes))
    return shifted - shifted.exp().sum(axes).log()
  }
}
