public import TensorCore

/// An affine function of each element, with constant coefficients.
///
/// ```
/// y = factor·x + offset        dy/dx = factor
/// ```
public struct Affine: Operation {
  public static let name = "affine"
  public static var checks: [OperationCheck] { [OperationCheck(Affine(factor: -1.5, offset: 0.3), at: [.normal([2, 3])])] }

  let factor: Double
  let offset: Double

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.map(.affine(factor: factor, offset: offset)) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable { cotangent * factor }
}

extension Variable {
  /// Each element times a number.
  public static func * (factor: Double, second: Variable) -> Variable { second * factor }
  /// Each element times a number.
  public static func * (first: Variable, factor: Double) -> Variable {
    factor == 1 ? first : Variable(Affine(factor: factor, offset: 0), [first])
  }
  /// Each element plus a number.
  public static func + (offset: Double, second: Variable) -> Variable { second + offset }
  /// Each element plus a number.
  public static func + (first: Variable, offset: Double) -> Variable { Variable(Affine(factor: 1, offset: offset), [first]) }
  /// Each element minus a number.
  public static func - (first: Variable, number: Double) -> Variable { first + -number }
  /// The negative of each element.
  public static prefix func - (operand: Variable) -> Variable { operand * -1 }
  /// A number minus each element.
  public static func - (number: Double, operand: Variable) -> Variable { Variable(Affine(factor: -1, offset: number), [operand]) }
}
