import TensorCore

/// A case with a closed form: one linear unit and one task; support and query are both the point (1, 0).
///
/// ```
/// r = w + b, L = r², ∂L/∂w = ∂L/∂b = 2r;   one step s(r) on each:  r′ = r − 2s, L′ = r′²
/// ∂L′/∂w = ∂L′/∂b = 2r′·(1 − 2·∂s/∂r),   ∂L′/∂h = −4r′·∂s/∂h for a hyperparameter h of the step
/// ```
struct ParityFixture {
  var optimizer = "sgd"
  var estimator = "exact"
  var hyper: [String: Double] = ["lr": 0.1]
  /// ∂s/∂h of each hyperparameter, at r = 1.5.
  var stepByHyper: [String: Double] = ["lr": 3]
  /// s at r = 1.5.
  var step = 0.3
  /// ∂s/∂r at r = 1.5.
  var stepByResidual = 0.2

  /// SGD: s = 2αr.
  static let sgd = ParityFixture()

  /// AdaGrad and RMSProp: s = 2αr/√D with D = 4κr² + ε; κ = 1 for AdaGrad, 1 − ρ for RMSProp.
  static func rescaled(decay: Double?) -> ParityFixture {
    let (rate, epsilon, r) = (0.1, 0.5, 1.5)
    let square = 4 * (1 - (decay ?? 0)) * r * r + epsilon
    let root = square.squareRoot()
    var result = ParityFixture(optimizer: decay == nil ? "adagrad" : "rmsprop", hyper: ["lr": rate, "eps": epsilon])
    result.step = 2 * rate * r / root
    result.stepByResidual = 2 * rate * epsilon / (square * root)
    result.stepByHyper = ["lr": 2 * r / root, "eps": -rate * r / (square * root)]
    if let decay {
      result.hyper["decay"] = decay
      result.stepByHyper["decay"] = 4 * rate * r * r * r / (square * root)
    }
    return result
  }

  var json: String {
    """
    {"model": {"kind": "mlp", "layers": [1, 1]}, "loss": "mse", "tasks": 1, "support": 1, "query": 1,
     "inner": {"optimizer": "\(optimizer)", "steps": 1}, "estimator": "\(estimator)"}
    """
  }

  var file: Safetensors {
    let (weight, bias) = (1.0, 0.5)
    let after = weight + bias - 2 * step
    func cell(_ value: Double, _ shape: Shape) -> Tensor { Tensor(repeating: value, shape: shape, dtype: .float64) }
    let gradient =
      switch estimator {
      case "exact": 2 * after * (1 - 2 * stepByResidual)
      case "first-order": 2 * after
      default: step
      }
    var tensors: [String: Tensor] = [
      "params.layers.0.weight": cell(weight, [1, 1]), "params.layers.0.bias": cell(bias, [1]),
      "support.x": cell(1, [1, 1, 1]), "support.y": cell(0, [1, 1, 1]), "query.x": cell(1, [1, 1, 1]), "query.y": cell(0, [1, 1, 1]),
      "expected.query_loss": cell(after * after, [1]), "expected.adapted.layers.0.weight": cell(weight - step, [1, 1, 1]),
      "expected.adapted.layers.0.bias": cell(bias - step, [1, 1]), "expected.grad.layers.0.weight": cell(gradient, [1, 1]),
      "expected.grad.layers.0.bias": cell(gradient, [1]),
    ]
    for (name, value) in hyper { tensors["hyper.\(name)"] = cell(value, []) }
    if estimator == "exact" {
      for (name, value) in stepByHyper { tensors["expected.grad.\(name)"] = cell(-4 * after * value, []) }
    }
    return Safetensors(tensors: tensors, metadata: ["case": json])
  }
}
