import Registry
import TensorCore

extension Variable {
  /// The mean squared error of predictions [T, N, outputs]: one loss per task, [T].
  ///
  /// ```
  /// L = mean (x − t)²
  /// ```
  public func meanSquaredError(targets: Variable) -> Variable {
    require(shape == targets.shape && shape.rank == 3, "mean squared error: predictions \(shape), targets \(targets.shape)")
    return (self - targets).squared().mean([1, 2]).reshaped([shape[0]])
  }
}
