import Registry
public import TensorCore

/// Selects the elements at which a gate is positive, and zeros elsewhere; the gate has no derivative.
///
/// ```
/// y = x where g > 0, else 0        dy/dx = 1 where g > 0, else 0
/// ```
public struct Gate: Operation {
  public static let name = "gate"
  public static var checks: [OperationCheck] {
    [OperationCheck(Gate(), at: [.normal([2, 3]), .awayFromZero([2, 3], 1)], fixed: [1])]
  }

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.combined(.gate, with: inputs[1].value) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    require(index == 0, "gate: only the first input is differentiable")
    return cotangent.gated(by: inputs[1])
  }
}

extension Variable {
  /// The elements at which the gate is positive, and zeros elsewhere.
  /// - Precondition: The shapes are equal.
  public func gated(by gate: Variable) -> Variable {
    require(shape == gate.shape, "gate: shapes \(shape) and \(gate.shape)")
    return Variable(Gate(), [self, gate.detached])
  }
}
