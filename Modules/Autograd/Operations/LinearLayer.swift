public import TensorCore

/// A linear layer of each task, in one pass over its result.
///
/// ```
/// Y = X·W + b        dX = dY·Wᵀ, dW = Xᵀ·dY, db = Σ dY over the rows
/// ```
/// If a ReLU follows, the same pass applies it, and ``ReLUOfNonnegative`` after it supplies the ReLU's derivative.
/// Inputs: X [T, M, K], W [T, K, N], b [T, N].
public struct LinearLayer: Operation {
  public static let name = "linear-layer"
  public static var checks: [OperationCheck] {
    [OperationCheck(LinearLayer(appliesReLU: false), at: [.normal([2, 3, 4]), .normal([2, 4, 2], 1), .normal([2, 2], 2)])]
  }

  let appliesReLU: Bool

  public func forward(_ inputs: [Variable]) -> Tensor {
    inputs[0].value.linear(inputs[1].value, inputs[2].value, relu: appliesReLU)
  }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    index < 2
      ? MatMul().pullback(cotangent, to: index, inputs: inputs, output: output) : cotangent.sum([1]).reshaped(inputs[2].shape)
  }

  public func addPullback(
    _ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable, into sum: inout Tensor
  ) -> Bool {
    index < 2 && MatMul().addPullback(cotangent, to: index, inputs: inputs, output: output, into: &sum)
  }
}

extension Variable {
  /// A linear layer of each task: [T, M, K] · [T, K, N] + [T, N] → [T, M, N], optionally followed by ``relu()``.
  public func linear(_ weight: Variable, _ bias: Variable, relu: Bool = false) -> Variable {
    let sum = Variable(LinearLayer(appliesReLU: relu), [self, weight, bias])
    return relu ? Variable(ReLUOfNonnegative(), [sum]) : sum
  }
}
