public import TensorCore

/// A differentiable function of each element.
///
/// A conformance states the formula, the points that the gradient suite checks, the value and the derivative:
/// ```swift
/// /// y = tanh x        dy/dx = 1 − y²
/// struct Tanh: UnaryOperation {
///   static let name = "tanh"
///   static var checks: [OperationCheck] { [OperationCheck(Tanh(), at: -2, -0.5, 0, 0.5, 2)] }
///   func forward(_ input: Tensor) -> Tensor { input.map(.tanh) }
///   func pullback(_ cotangent: Variable, input: Variable, output: Variable) -> Variable { cotangent * (1 - output.squared()) }
/// }
/// let y = Variable(Tanh(), [x])
/// ```
public protocol UnaryOperation: Operation {
  /// The value, of the input's shape.
  func forward(_ input: Tensor) -> Tensor

  /// The cotangent of the input: the cotangent of the output times dy/dx.
  ///
  /// Written in differentiable operations, which gives derivatives of every order.
  func pullback(_ cotangent: Variable, input: Variable, output: Variable) -> Variable
}

extension UnaryOperation {
  public func forward(_ inputs: [Variable]) -> Tensor { forward(inputs[0].value) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    pullback(cotangent, input: inputs[0], output: output)
  }
}

extension OperationCheck {
  /// A check of a function of each element, at points away from kinks.
  public init(_ operation: some UnaryOperation, at points: Double...) {
    self.init(operation, at: [.points(points)])
  }
}
