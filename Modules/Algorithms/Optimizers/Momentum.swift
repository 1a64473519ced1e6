public import Autograd
public import Registry
public import TensorCore

/// Gradient descent with momentum.
///
/// ```
/// v ← μ·v + g (v starts as the first g)        θ ← θ − α·v
/// ```
/// - SeeAlso: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; Sutskever et al., ICML 2013, section 2,
///   <https://proceedings.mlr.press/v28/sutskever13.html>. Deviation: the velocity does not include the learning rate, as in PyTorch.
public enum Momentum: OptimizerRule {
  public static let card = Card(
    id: "momentum", title: "Gradient descent with momentum",
    citation: "Sutskever et al., ICML 2013, section 2, https://proceedings.mlr.press/v28/sutskever13.html")

  /// μ, shared with Nesterov's rule.
  static let momentum = RuleHyperparameter("momentum", 0.9, in: 0...0.9999, "Decay of the velocity.", transform: .logistic)

  public static let hyperparameters = [momentum]
  public static let slots = ["velocity"]

  public static func update(_ step: inout OptimizerStep) -> Variable { step.moved(against: velocity(&step)) }

  /// Updates the velocity and returns it.
  static func velocity(_ step: inout OptimizerStep) -> Variable {
    let (g, mu) = (step.gradient, step[hyperparameter: "momentum"])
    let velocity = step[slot: "velocity"].map { $0 * mu + g } ?? g
    step[slot: "velocity"] = velocity
    return velocity
  }

  public static func updateInPlace(
    _ parameter: inout Tensor, _ gradient: Tensor, slots: inout [Tensor], _ values: [String: Double], number: Int
  ) -> InPlaceUpdate {
    slots[0] = gradient.combined(.add(scale: values["momentum"] ?? 0), with: slots[0])
    parameter = parameter.combined(.add(scale: -(values["learningRate"] ?? 0)), with: slots[0])
    return .step
  }
}

#if objectFormat(ELF)
@section("optimizer_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__optimizers") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any OptimizerRule.Type).self, to: Momentum.self) }
)
