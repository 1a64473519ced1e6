public import Autograd
public import Registry

/// AdaGrad: the learning rate of each entry falls with the sum of its squared gradients.
///
/// ```
/// h ← h + g² (from 0)        θ ← θ − α·g/√(h + ε), outside adaptation θ − α·g/(√h + ε)
/// ```
/// - SeeAlso: Duchi, Hazan and Singer, "Adaptive subgradient methods", JMLR 12, 2011, figure 1,
///   <https://jmlr.org/papers/v12/duchi11a.html>.
public enum AdaGrad: OptimizerRule {
  public static let card = Card(
    id: "adagrad", title: "AdaGrad", citation: "Duchi et al., JMLR 12, 2011, figure 1, https://jmlr.org/papers/v12/duchi11a.html")

  public static let hyperparameters = [RuleHyperparameter.epsilon]
  public static let slots = ["squares"]

  public static func update(_ step: inout OptimizerStep) -> Variable {
    let fresh = step.gradient.squared()
    let squares = step[slot: "squares"].map { $0 + fresh } ?? fresh
    step[slot: "squares"] = squares
    return step.moved(against: step.divided(step.gradient, byRootOf: squares))
  }
}

#if objectFormat(ELF)
@section("optimizer_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__optimizers") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any OptimizerRule.Type).self, to: AdaGrad.self) }
)
