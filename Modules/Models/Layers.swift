import Autograd
import TensorCore

extension Variable {
  /// A linear layer: [T, N, in] with weights [T, in, out] and biases [T, out], optionally followed by an activation.
  func linear(_ parameters: ParameterTree<Variable>, _ name: String, _ activation: Activation? = nil) -> Variable {
    let (weight, bias) = (parameters["\(name).weight"], parameters["\(name).bias"])
    return switch activation {
    case nil: linear(weight, bias)
    case .relu: linear(weight, bias, relu: true)
    case .tanh: linear(weight, bias).tanh()
    }
  }
}

/// The nonlinearity after a hidden layer.
public enum Activation: String, Sendable, CaseIterable {
  case relu, tanh

  func callAsFunction(_ input: Variable) -> Variable {
    switch self {
    case .relu: input.relu()
    case .tanh: input.tanh()
    }
  }
}
