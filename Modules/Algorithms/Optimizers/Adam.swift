public import Autograd
public import Registry
public import TensorCore

/// Adam: bias-corrected averages of the gradient and of its square.
///
/// ```
/// m ← β₁·m + (1 − β₁)·g        v ← β₂·v + (1 − β₂)·g²        (both from 0)
/// m̂ = m/(1 − β₁ᵗ)              v̂ = v/(1 − β₂ᵗ)
/// θ ← θ − α·m̂/√(v̂ + ε), outside adaptation θ − α·m̂/(√v̂ + ε)
/// ```
/// - SeeAlso: Kingma and Ba, "Adam", ICLR 2015, algorithm 1, <https://arxiv.org/abs/1412.6980>. Deviation in adaptation: ε stands inside
///   the root, because √v̂ has no derivative at v̂ = 0.
public enum Adam: OptimizerRule {
  public static let card = Card(
    id: "adam", title: "Adam", citation: "Kingma and Ba, ICLR 2015, algorithm 1, https://arxiv.org/abs/1412.6980")

  public static let hyperparameters = [
    RuleHyperparameter("beta1", 0.9, in: 0...0.9999, "Decay of the first moment.", transform: .logistic),
    RuleHyperparameter("beta2", 0.999, in: 0...0.999999, "Decay of the second moment.", transform: .logistic), .epsilon,
  ]
  public static let slots = ["first", "second"]

  public static func update(_ step: inout OptimizerStep) -> Variable { step.moved(against: direction(&step)) }

  /// Updates both moments and returns m̂/√(v̂ + ε).
  static func direction(_ step: inout OptimizerStep) -> Variable {
    let first = step.average(step.gradient, in: "first", decay: "beta1")
    let second = step.average(step.gradient.squared(), in: "second", decay: "beta2")
    return step.divided(first / step.biasCorrection(of: "beta1"), byRootOf: second / step.biasCorrection(of: "beta2"))
  }

  public static func updateInPlace(
    _ parameter: inout Tensor, _ gradient: Tensor, slots: inout [Tensor], _ values: [String: Double], number: Int
  ) -> InPlaceUpdate {
    fused(&parameter, gradient, &slots, values, weightDecay: 0, number)
  }

  /// Runs the fused kernel, which passes once over all four vectors.
  static func fused(
    _ parameter: inout Tensor, _ gradient: Tensor, _ slots: inout [Tensor], _ values: [String: Double], weightDecay: Double, _ number: Int
  ) -> InPlaceUpdate {
    func value(_ name: String) -> Double { values[name] ?? 0 }
    let step = Tensor.AdamStep(
      rate: value("learningRate"), decays: (value("beta1"), value("beta2")), epsilon: value("epsilon"), weightDecay: weightDecay,
      number: number)
    // Take the moments out of the list, so that Adam holds the only references and updates them in place.
    var (first, second) = (slots[0], slots[1])
    slots = []
    let isFinite = parameter.applyAdam(gradient, first: &first, second: &second, step)
    slots = [first, second]
    return .checkedStep(isFinite: isFinite)
  }
}

#if objectFormat(ELF)
@section("optimizer_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__optimizers") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any OptimizerRule.Type).self, to: Adam.self) }
)
