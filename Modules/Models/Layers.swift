import Autograd
import TensorCore

extension Variable {
  /// A linear layer: [T, N, in] with weights [T, in, out] and biases [T, out].
  func linear(_ parameters: ParameterTree<Variable>, _ name: String) -> Variable {
    let weight = parameters["\(name).weight"]
    let bias = parameters["\(name).bias"]
    return product(weight) + bias.reshaped([bias.shape[0], 1, bias.shape[1]])
  }
}

/// What follows a hidden layer.
public enum Activation: String, Sendable, CaseIterable {
  case relu, tanh

  func callAsFunction(_ input: Variable) -> Variable {
    switch self {
    case .relu: input.relu()
    case .tanh: input.tanh()
    }
  }
}
