import Algorithms
import Autograd
import Registry

/// A custom rule: gradient descent that softly bounds every entry of the gradient.
///
/// ```
/// θ ← θ − α·g/(1 + s·|g|)        |g| as √(g² + ε) in adaptation
/// ```
/// This file is all it takes: settings, help, parity, the memory estimate, adaptation and the outer optimizer follow from it.
enum SoftClippedSGD: OptimizerRule {
  static let card = Card(id: "soft-clipped-sgd", title: "SGD with entries of bounded length", citation: "none: an example")

  static let hyperparameters = [
    RuleHyperparameter("softness", 1, in: 0...1000, "How soon entries are bounded.", transform: .softplus), .epsilon,
  ]

  static func update(_ step: inout OptimizerStep) -> Variable {
    let g = step.gradient
    let length = (g.squared() + step[hyperparameter: "epsilon"]).safeSquareRoot()
    return step.moved(against: g / (1 + step[hyperparameter: "softness"] * length))
  }
}

#if objectFormat(ELF)
@section("optimizer_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__optimizers") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any OptimizerRule.Type).self, to: SoftClippedSGD.self) }
)
