import Autograd
import Models
import TensorCore

/// The optimizer of adaptation, differentiable in the parameters, the gradients and its own hyperparameters.
///
/// Its hyperparameters are a tree of variables, "learningRate" for example, constants or meta-learned alike. With g the gradient
/// of the support loss at the present parameters:
/// ```
/// sgd        θ ← θ − α·g
/// rates      θ ← θ − α⊙g, one α tensor a parameter ("rates.<parameter>"): Meta-SGD
/// momentum   v ← μ·v + g (v starts as the first g);  θ ← θ − α·v
/// adagrad    h ← h + g²;  θ ← θ − α·g/√(h + ε)
/// rmsprop    h ← ρ·h + (1 − ρ)·g² (from 0);  θ ← θ − α·g/√(h + ε)
/// adam       m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g² (from 0), bias-corrected;  θ ← θ − α·m̂/√(v̂ + ε)
/// ```
/// - SeeAlso: Kingma and Ba, "Adam", ICLR 2015, algorithm 1. Deviation: ε stands inside the root, as differentiable optimizers
///   need, because √v̂ has no derivative at v̂ = 0.
public enum InnerOptimizer: String, Sendable, CaseIterable {
  case sgd
  /// SGD with a learning rate for each entry of each parameter.
  case perParameterSGD = "per-parameter-sgd"
  case momentum, adagrad, rmsprop, adam

  /// The rules that a setting may name: per-parameter rates are learned, and come with an algorithm that learns them.
  public static let allCases: [InnerOptimizer] = [.sgd, .momentum, .adagrad, .rmsprop, .adam]

  /// What an optimizer remembers from step to step: one tree for each moment.
  struct Memory {
    var moments: [ParameterTree<Variable>] = []
    var step = 0

    var detached: Memory { Memory(moments: moments.map { $0.map(\.detached) }, step: step) }
  }

  /// The hyperparameters of a step.
  struct Hyperparameters {
    /// Variables [T] each, or [T, …] for per-parameter rates; constants and learned ones alike.
    let tree: ParameterTree<Variable>
    /// The learning rate where it is a constant of the settings: a number, which fuses into one kernel.
    let fixedRate: Double?

    subscript(name: String) -> Variable { tree[name] }
  }

  /// One step on parameters [T, …].
  func step(
    _ parameters: ParameterTree<Variable>, _ gradients: ParameterTree<Variable>, _ hyper: Hyperparameters,
    _ memory: inout Memory
  ) -> ParameterTree<Variable> {
    memory.step += 1
    switch self {
    case .sgd:
      return parameters.zip(gradients) { $0.moved(by: hyper, times: $1) }
    case .perParameterSGD:
      let rates = hyper.tree.subtree("rates")
      return parameters.replacing(
        zip(zip(parameters.names, parameters.leaves), gradients.leaves).map { named, gradient in
          named.1 - rates[named.0] * gradient
        })
    case .momentum:
      let velocity =
        memory.moments.first.map { old in old.zip(gradients) { $0 * hyper["momentum"].aligned(with: $0) + $1 } } ?? gradients
      memory.moments = [velocity]
      return parameters.zip(velocity) { $0.moved(by: hyper, times: $1) }
    case .adagrad:
      let squares = memory.moments.first.map { old in old.zip(gradients) { $0 + $1.squared() } } ?? gradients.map { $0.squared() }
      memory.moments = [squares]
      return rescaled(parameters, gradients, squares, hyper)
    case .rmsprop:
      let decay = hyper["decay"]
      let fresh = gradients.map { $0.squared() * (1 - decay).aligned(with: $0) }
      let squares = memory.moments.first.map { old in old.zip(fresh) { $0 * decay.aligned(with: $0) + $1 } } ?? fresh
      memory.moments = [squares]
      return rescaled(parameters, gradients, squares, hyper)
    case .adam:
      return adam(parameters, gradients, hyper, &memory)
    }
  }

  private func adam(
    _ parameters: ParameterTree<Variable>, _ gradients: ParameterTree<Variable>, _ hyper: Hyperparameters,
    _ memory: inout Memory
  ) -> ParameterTree<Variable> {
    let (beta1, beta2) = (hyper["beta1"], hyper["beta2"])
    func decayed(_ old: ParameterTree<Variable>?, _ fresh: ParameterTree<Variable>, _ beta: Variable) -> ParameterTree<Variable> {
      let added = fresh.map { $0 * (1 - beta).aligned(with: $0) }
      return old.map { $0.zip(added) { $0 * beta.aligned(with: $0) + $1 } } ?? added
    }
    let known = memory.moments.count == 2
    let first = decayed(known ? memory.moments[0] : nil, gradients, beta1)
    let second = decayed(known ? memory.moments[1] : nil, gradients.map { $0.squared() }, beta2)
    memory.moments = [first, second]
    let correction1 = 1 - beta1.raised(to: memory.step)
    let correction2 = 1 - beta2.raised(to: memory.step)
    let firstCorrected = first.map { $0 / correction1.aligned(with: $0) }
    let secondCorrected = second.map { $0 / correction2.aligned(with: $0) }
    return rescaled(parameters, firstCorrected, secondCorrected, hyper)
  }

  private func rescaled(
    _ parameters: ParameterTree<Variable>, _ directions: ParameterTree<Variable>, _ squares: ParameterTree<Variable>,
    _ hyper: Hyperparameters
  ) -> ParameterTree<Variable> {
    let epsilon = hyper["epsilon"]
    let steps = directions.zip(squares) { direction, square in
      direction * (square + epsilon.aligned(with: square)).reciprocalSquareRoot(epsilon: 0)
    }
    return parameters.zip(steps) { $0.moved(by: hyper, times: $1) }
  }
}

extension Variable {
  /// A hyperparameter [T] with axes of extent 1 behind the task axis, so that it broadcasts over a parameter [T, …].
  fileprivate func aligned(with parameter: Variable) -> Variable {
    reshaped(parameter.shape.reducing(AxisSet(1..<parameter.shape.rank)))
  }

  /// θ − α·d.
  fileprivate func moved(by hyper: InnerOptimizer.Hyperparameters, times direction: Variable) -> Variable {
    if let rate = hyper.fixedRate { return adding(direction, scaledBy: -rate) }
    return self - hyper["learningRate"].aligned(with: direction) * direction
  }

  fileprivate func raised(to exponent: Int) -> Variable {
    (1..<max(exponent, 1)).reduce(self) { power, _ in power * self }
  }
}
