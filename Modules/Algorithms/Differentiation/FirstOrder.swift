import Autograd
import Models
public import Registry
public import Tasks
public import TensorCore

/// Differentiates at the adapted parameters and treats adaptation as a fixed offset, without second derivatives.
///
/// ```
/// Σᵢ Σₖ ∂/∂θₖ Jᵢ(θ₀, …, θₖ, …)        θₖ the parameters of task i that the objective reads; for the query loss its end θ′ᵢ alone
/// ```
/// Learned hyperparameters of the inner optimizer get no gradient. No adaptation step keeps its graph after it ends.
/// - SeeAlso: Finn, Abbeel and Levine, ICML 2017, section 5.2, <https://arxiv.org/abs/1703.03400>; Nichol, Achiam and Schulman, 2018,
///   section 2, <https://arxiv.org/abs/1803.02999>.
public struct FirstOrder: Differentiation {
  public static let card = Card(
    id: "first-order", title: "First order: adaptation counts as a fixed offset",
    citation: "Finn et al., ICML 2017, section 5.2, https://arxiv.org/abs/1703.03400")

  public init() {}

  public var kind: MetaGradientKind { .firstOrder }

  public func liveSteps(of steps: Int) -> Int { 1 }

  public func callAsFunction(
    _ objective: some MetaObjective, through inner: InnerLoop, at learned: MetaParameters<Tensor>, _ learner: Learner, _ shard: Episodes,
    _ context: AdaptationContext
  ) -> Differentiated {
    let theta = learned.map { Variable(constant: $0.expanded(over: shard.count)) }
    let adapted = shard.supports.prefix(objective.supports).map { support in
      inner.adapt(theta, learner, support, derivative: .none, keepsPath: objective.readsPath).leaves
    }
    let value = objective(adapted, learner, shard, context)
    let points = adapted.flatMap(\.parameters)
    let gradients = KernelProfile.during(.outerGradient) {
      finalGradient(of: value.objective, at: points.flatMap(\.leaves)).map { $0.value.sum([0]) }
    }
    // Every point of every path is the initialisation plus an offset, so its gradient adds to the gradient of the initialisation.
    let width = learned.initial.count
    let initial = learned.initial.leaves.indices.map { leaf in
      points.indices.dropFirst().reduce(gradients[leaf]) { $0 + gradients[$1 * width + leaf] }
    }
    let zeros = { (tensor: Tensor) in Tensor.zeros(tensor.shape, tensor.dtype) }
    let result = MetaParameters(
      initial: learned.initial.replacing(zip(initial, learned.initial.leaves).map { $0.reshaped($1.shape) }),
      inner: learned.inner.map(zeros), own: learned.own.map(zeros))
    return Differentiated(result, value, adapted: adapted[0])
  }
}

#if objectFormat(ELF)
@section("differentiation_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__differentiate") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Differentiation.Type).self, to: FirstOrder.self) }
)
