import Autograd
import Models
public import Registry
public import Tasks
public import TensorCore

/// Differentiates through the last k adaptation steps only (truncated backpropagation).
///
/// ```
/// θₖ = θ + dₖ for the steps before the last k, dₖ a constant        Σᵢ ∂/∂θ Jᵢ(θ, θ₁, …)
/// ```
/// The parameters before the last k steps count as the initialisation plus an offset, so the initialisation gets their gradient; k = 0
/// would be ``FirstOrder``. The state of the inner optimizer at that point is a constant. Learned hyperparameters get their gradient from
/// the last k steps; values that belong only to earlier steps get none. Parameters that do not adapt get their gradient like the
/// initialisation, from the last k steps and the objective. With k ≥ steps the result equals ``Unrolled`` to the bit.
///
/// Memory holds the graphs of k steps. The bias falls exponentially in k if the inner loss is strongly convex.
/// - SeeAlso: Shaban, Cheng, Hatch and Boots, "Truncated back-propagation for bilevel optimization", AISTATS 2019, section 3,
///   <https://arxiv.org/abs/1810.10667>. Deviation: the outer parameters of the paper are not the initialisation, whose truncated gradient
///   would be zero there.
public struct Truncated: Differentiation {
  public static let card = Card(
    id: "truncated", title: "Through the last adaptation steps only",
    citation: "Shaban et al., AISTATS 2019, section 3, https://arxiv.org/abs/1810.10667")

  public static let hyperparameters = HyperparameterTable<Truncated>([
    .integer("last", \.last, in: 1...1000, "Number of final adaptation steps to differentiate through.")
  ])

  /// Number of differentiated steps, k.
  public var last = 1

  public init() {}

  /// Creates the method with the number of last steps to differentiate.
  public init(last: Int) { self.last = last }

  public var kind: MetaGradientKind { .estimate }

  public func kind(through inner: InnerLoop) -> MetaGradientKind { last >= inner.steps ? .exact : .estimate }

  public func liveSteps(of steps: Int) -> Int { min(last, steps) }

  public func callAsFunction(
    _ objective: some MetaObjective, through inner: InnerLoop, at learned: MetaParameters<Tensor>, _ learner: Learner, _ shard: Episodes,
    _ context: AdaptationContext
  ) -> Differentiated {
    Differentiated(objective, at: learned, learner, shard, context) { theta, support in
      adapt(theta, inner, learner, support, keepsPath: objective.readsPath)
    }
  }

  private func adapt(
    _ start: MetaParameters<Variable>, _ inner: InnerLoop, _ learner: Learner, _ support: LabelledSet, keepsPath: Bool
  ) -> Trajectory {
    guard last < inner.steps else { return inner.adapt(start, learner, support, derivative: .full, keepsPath: keepsPath) }
    var (early, late) = (inner, inner)
    (early.steps, late.steps) = (inner.steps - last, last)
    var state = OptimizerState()
    let before = early.adapt(start.map(\.detached), learner, support, derivative: .none, keepsPath: keepsPath, state: &state)
    // The values along the path so far, each the initialisation plus an offset.
    let adapts = inner.names(in: learner)
    let shifted = before.parameters.map { parameters in
      start.initial.replacing(
        start.initial.entries.map { name, leaf in
          adapts?(name) ?? true ? Variable(Shifted(value: parameters[name].value), [leaf]) : leaf
        })
    }
    let present = MetaParameters(initial: shifted[shifted.count - 1], inner: start.inner, own: start.own)
    let after = late.adapt(present, learner, support, derivative: .full, keepsPath: keepsPath, state: &state, proximalTo: start.initial)
    let first = keepsPath ? shifted.dropLast() : []
    return Trajectory(parameters: first + after.parameters, losses: before.losses + after.losses)
  }
}

/// A value that counts as its input plus a constant offset, without the rounding error of an addition.
///
/// ```
/// y = x + (value − x)        dy/dx = 1, with the bracket as a constant
/// ```
private struct Shifted: Operation {
  static let name = "shifted"
  static var checks: [OperationCheck] { [] }

  let value: Tensor

  func forward(_ inputs: [Variable]) -> Tensor { value }

  func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable { cotangent }
}

#if objectFormat(ELF)
@section("differentiation_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__differentiate") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Differentiation.Type).self, to: Truncated.self) }
)
