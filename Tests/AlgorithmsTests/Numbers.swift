import Algorithms
import Autograd
import Models
import Registry
import TensorCore

/// A float64 tensor of numbers; a vector unless another shape is given.
func numbers(_ values: [Double], _ shape: Shape? = nil) -> Tensor {
  Tensor(shape: shape ?? [values.count], dtype: .float64) { bytes in
    let memory = bytes.bindMemory(to: Double.self)
    for place in memory.indices { memory.initializeElement(at: place, to: values[place]) }
  }
}

/// The bytes of every leaf, by name.
func bytes(_ tree: ParameterTree<Tensor>) -> [String: [UInt8]] {
  Dictionary(uniqueKeysWithValues: tree.entries.map { ($0.name, bytes($0.leaf)) })
}

/// The bytes of a tensor.
func bytes(_ tensor: Tensor) -> [UInt8] { tensor.contiguous.withUnsafeBytes { Array($0) } }

/// The derivative at 0 by central differences at h and 2h, combined so that their errors of order h² cancel.
func centralDifference(_ function: (Double) -> Double) -> Double {
  let h = 1e-4
  return (8 * (function(h) - function(-h)) - (function(2 * h) - function(-2 * h))) / (12 * h)
}

/// The error of a difference quotient of float64 numbers near 1: rounding of 1e-16 over a step of 1e-4, with room.
let differenceTolerance = 1e-8

/// The error of a dozen float64 operations in another order.
let roundingTolerance = 1e-12

extension Tensor {
  /// A copy with a number added to one element.
  func moved(_ element: Int, by amount: Double) -> Tensor {
    var values = doubles
    values[element] += amount
    return numbers(values, shape)
  }
}

/// A rule in plain numbers for one entry, following the formula of its paper.
struct PlainRule {
  let id: String
  let values: [String: Double]
  /// Whether ε is inside the root, as in adaptation, or outside, as in PyTorch.
  let hasEpsilonInside: Bool
  var theta: Double
  private var first = 0.0
  private var second = 0.0
  private var count = 0

  init(_ optimizer: Optimizer, hasEpsilonInside: Bool, theta: Double) {
    id = optimizer.rule.card.id
    values = optimizer.hyperparameters
    self.hasEpsilonInside = hasEpsilonInside
    self.theta = theta
  }

  /// The ids of the rules with a formula here.
  static let ids = ["adagrad", "adam", "adamw", "momentum", "nesterov", "rmsprop", "sgd"]

  private func value(_ name: String) -> Double { values[name] ?? .nan }

  private func root(_ squares: Double) -> Double {
    hasEpsilonInside ? (squares + value("epsilon")).squareRoot() : squares.squareRoot() + value("epsilon")
  }

  private func power(_ base: Double) -> Double { (0..<count).reduce(1) { product, _ in product * base } }

  mutating func step(_ g: Double) {
    count += 1
    let rate = value("learningRate")
    switch id {
    case "sgd": theta -= rate * g
    case "momentum":
      first = value("momentum") * first + g
      theta -= rate * first
    case "nesterov":
      first = value("momentum") * first + g
      theta -= rate * (g + value("momentum") * first)
    case "adagrad":
      first += g * g
      theta -= rate * g / root(first)
    case "rmsprop":
      first = value("decay") * first + (1 - value("decay")) * g * g
      theta -= rate * g / root(first)
    case "adam", "adamw":
      let (beta1, beta2) = (value("beta1"), value("beta2"))
      first = beta1 * first + (1 - beta1) * g
      second = beta2 * second + (1 - beta2) * g * g
      let direction = (first / (1 - power(beta1))) / root(second / (1 - power(beta2)))
      theta -= rate * direction + (id == "adamw" ? rate * value("weightDecay") * theta : 0)
    default: theta = .nan
    }
  }
}

extension Optimizer {
  /// A rule with values for every hyperparameter that matter and differ from the defaults.
  static func marked(_ rule: any OptimizerRule.Type) -> Optimizer {
    var optimizer = Optimizer(rule)
    let marks = [
      "learningRate": 0.1, "momentum": 0.7, "beta1": 0.8, "beta2": 0.9, "decay": 0.85, "epsilon": 0.05, "weightDecay": 0.3,
    ]
    for (name, value) in marks where optimizer.hyperparameters[name] != nil { optimizer[name] = value }
    return optimizer
  }
}
