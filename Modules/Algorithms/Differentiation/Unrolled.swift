import Autograd
import Models
public import Registry
public import Tasks
public import TensorCore

/// Differentiates through every adaptation step by reverse mode: the exact meta-gradient, with second derivatives.
///
/// ```
/// Σᵢ ∂/∂θ Jᵢ(U(θ; supportᵢ))
/// ```
/// It keeps the graphs of all steps, so memory grows with the number of steps.
/// - SeeAlso: Finn, Abbeel and Levine, ICML 2017, algorithm 1, <https://arxiv.org/abs/1703.03400>; Franceschi et al., ICML 2018,
///   equations 5 to 7 (reverse mode), <https://arxiv.org/abs/1806.04910>.
public struct Unrolled: Differentiation {
  public static let card = Card(
    id: "unrolled", title: "Exact, through every adaptation step",
    citation: "Franceschi et al., ICML 2018, equations 5 to 7, https://arxiv.org/abs/1806.04910")

  /// How much of the adaptation stays in the graph.
  private var derivative = Unrolling.Derivative.full

  public init() {}

  /// Creates the method with a part of the derivative: with ``Unrolling/Derivative/firstOrder``, learned hyperparameters get their
  /// gradient, but there are no second derivatives.
  public init(derivative: Unrolling.Derivative) { self.derivative = derivative }

  public var kind: MetaGradientKind { derivative == .full ? .exact : .estimate }

  public func liveSteps(of steps: Int) -> Int { steps }

  public func callAsFunction(
    _ objective: some MetaObjective, through inner: InnerLoop, at learned: MetaParameters<Tensor>, _ learner: Learner, _ shard: Episodes,
    _ context: AdaptationContext
  ) -> Differentiated {
    Differentiated(objective, at: learned, learner, shard, context) { theta, support in
      inner.adapt(
        theta, learner, support, derivative: objective.isThroughAdaptation ? derivative : .none, keepsPath: objective.readsPath)
    }
  }
}

#if objectFormat(ELF)
@section("differentiation_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__differentiate") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Differentiation.Type).self, to: Unrolled.self) }
)
