public import Autograd
public import Registry
public import TensorCore

/// Adam with decoupled weight decay.
///
/// ```
/// θ ← θ − α·λ·θ − α·m̂/√(v̂ + ε), outside adaptation θ − α·λ·θ − α·m̂/(√v̂ + ε)        m̂, v̂ as in Adam
/// ```
/// - SeeAlso: Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2,
///   <https://arxiv.org/abs/1711.05101>. Deviation: the decay is multiplied by the learning rate, as in PyTorch.
public enum AdamW: OptimizerRule {
  public static let card = Card(
    id: "adamw", title: "Adam with decoupled weight decay",
    citation: "Loshchilov and Hutter, ICLR 2019, algorithm 2, https://arxiv.org/abs/1711.05101")

  public static let hyperparameters =
    Adam.hyperparameters + [
      RuleHyperparameter("weightDecay", 0.01, in: 0...10, "Decoupled weight decay.", referenceName: "decay", transform: .softplus)
    ]
  public static let slots = Adam.slots

  public static func update(_ step: inout OptimizerStep) -> Variable {
    let direction = Adam.direction(&step)
    return step.moved(against: step[hyperparameter: "weightDecay"] * step.parameter + direction)
  }

  public static func updateInPlace(
    _ parameter: inout Tensor, _ gradient: Tensor, slots: inout [Tensor], _ values: [String: Double], number: Int
  ) -> InPlaceUpdate {
    Adam.fused(&parameter, gradient, &slots, values, weightDecay: values["weightDecay"] ?? 0, number)
  }
}

#if objectFormat(ELF)
@section("optimizer_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__optimizers") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any OptimizerRule.Type).self, to: AdamW.self) }
)
