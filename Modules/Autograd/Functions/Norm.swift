public import TensorCore

extension Variable {
  /// The Euclidean norm over axes, which keep extent 1; its derivatives at the zero vector are 0.
  ///
  /// ```
  /// y = √(Σ x²)        dy/dx = x/y, and 0 for y = 0
  /// ```
  /// - Precondition: The sum of squares is within the range of the type.
  public func norm(_ axes: AxisSet) -> Variable { squared().sum(axes).safeSquareRoot() }
}
