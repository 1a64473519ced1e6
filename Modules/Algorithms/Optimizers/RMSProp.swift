public import Autograd
public import Registry

/// RMSProp: divides the gradient by the root of an average of its squares.
///
/// ```
/// h ← ρ·h + (1 − ρ)·g² (from 0)        θ ← θ − α·g/√(h + ε), outside adaptation θ − α·g/(√h + ε)
/// ```
/// - SeeAlso: Tieleman and Hinton, "Lecture 6.5: RMSProp", 2012, <https://www.cs.toronto.edu/~hinton/coursera/lecture6/lec6.pdf>.
public enum RMSProp: OptimizerRule {
  public static let card = Card(
    id: "rmsprop", title: "RMSProp",
    citation: "Tieleman and Hinton, lecture 6.5, 2012, https://www.cs.toronto.edu/~hinton/coursera/lecture6/lec6.pdf")

  public static let hyperparameters = [
    RuleHyperparameter("decay", 0.9, in: 0...0.999999, "Decay of the average of squares.", transform: .logistic), .epsilon,
  ]
  public static let slots = ["squares"]

  public static func update(_ step: inout OptimizerStep) -> Variable {
    let squares = step.average(step.gradient.squared(), in: "squares", decay: "decay")
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
  accessor: { $0.initializeMemory(as: (any OptimizerRule.Type).self, to: RMSProp.self) }
)
