public import Autograd
public import Registry

/// Nesterov's accelerated gradient.
///
/// ```
/// v ← μ·v + g (v starts as the first g)        θ ← θ − α·(g + μ·v)
/// ```
/// - SeeAlso: Nesterov, "A method of solving a convex programming problem with convergence rate O(1/k²)", 1983; Sutskever et al.,
///   ICML 2013, equations 3 and 4, <https://proceedings.mlr.press/v28/sutskever13.html>. Deviation: the gradient is taken at θ, not at
///   the look-ahead point; this is the same method in other variables, as in PyTorch.
public enum Nesterov: OptimizerRule {
  public static let card = Card(
    id: "nesterov", title: "Nesterov's accelerated gradient",
    citation: "Sutskever et al., ICML 2013, equations 3 and 4, https://proceedings.mlr.press/v28/sutskever13.html")

  public static let hyperparameters = [Momentum.momentum]
  public static let slots = ["velocity"]

  public static func update(_ step: inout OptimizerStep) -> Variable {
    let velocity = Momentum.velocity(&step)
    return step.moved(against: step.gradient + step[hyperparameter: "momentum"] * velocity)
  }
}

#if objectFormat(ELF)
@section("optimizer_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__optimizers") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any OptimizerRule.Type).self, to: Nesterov.self) }
)
