public import Autograd
public import Registry
public import TensorCore

/// Stochastic gradient descent.
///
/// ```
/// θ ← θ − α·g
/// ```
/// With one learned rate per entry it is the rule of Meta-SGD, and with one per tensor and step the rule of MAML++. Only the granularity of
/// the learning rate differs.
/// - SeeAlso: Robbins and Monro, "A stochastic approximation method", Annals of Mathematical Statistics 22, 1951.
public enum SGD: OptimizerRule {
  public static let card = Card(
    id: "sgd", title: "Stochastic gradient descent", citation: "Robbins and Monro, Annals of Mathematical Statistics 22, 1951")

  public static func update(_ step: inout OptimizerStep) -> Variable { step.moved(against: step.gradient) }

  public static func updateInPlace(
    _ parameter: inout Tensor, _ gradient: Tensor, slots: inout [Tensor], _ values: [String: Double], number: Int
  ) -> InPlaceUpdate {
    parameter = parameter.combined(.add(scale: -(values["learningRate"] ?? 0)), with: gradient)
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
  accessor: { $0.initializeMemory(as: (any OptimizerRule.Type).self, to: SGD.self) }
)
