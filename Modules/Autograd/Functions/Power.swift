import TensorCore

extension Variable {
  /// An integer power of each element, by repeated squaring.
  ///
  /// ```
  /// y = xⁿ        dy/dx = n·xⁿ⁻¹
  /// ```
  /// The power 0 is the constant 1, also at 0. A negative power is the reciprocal of the positive one, so 0 is outside its domain.
  /// - Complexity: At most 2·log₂|n| operations.
  public func pow(_ exponent: Int) -> Variable {
    switch exponent {
    case ..<0: return 1 / pow(-exponent)
    case 0: return Variable(constant: .ones(shape, value.dtype))
    case 1: return self
    default:
      let square = pow(exponent / 2).squared()
      return exponent.isMultiple(of: 2) ? square : square * self
    }
  }
}
