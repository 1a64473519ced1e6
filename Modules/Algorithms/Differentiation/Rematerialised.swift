import Autograd
import Models
public import Registry
public import Tasks
public import TensorCore

/// Differentiates through every adaptation step, exactly, but keeps the graphs of one segment of steps only.
///
/// ```
/// Σᵢ ∂/∂θ Jᵢ(U(θ; supportᵢ))        steps 0 … K − 1 in segments of s, s = ⌈√K⌉ unless set
/// ```
/// It keeps the parameters and the state of the inner optimizer between segments, and rebuilds each segment's graph in the backward pass.
/// Operations and sums are the same as in ``Unrolled``, in the same order, so the result has the same bits. Every segment but the last is
/// computed twice. If the objective reads the parameters after every step, these stay in memory too, with the graph of the objective.
/// - SeeAlso: Griewank and Walther, "Algorithm 799: revolve", ACM Transactions on Mathematical Software 26, 2000; Chen et al., 2016,
///   section 3, <https://arxiv.org/abs/1604.06174>.
public struct Rematerialised: Differentiation {
  public static let card = Card(
    id: "rematerialised", title: "Exact, with the graphs of about √steps steps in memory",
    citation: "Chen et al., 2016, section 3, https://arxiv.org/abs/1604.06174")

  public static let hyperparameters = HyperparameterTable<Rematerialised>([
    .integer(
      "segment", \.segment, in: 0...1000,
      "Adaptation steps per segment, whose graphs are in memory at the same time; 0 for the square root of the number of steps.")
  ])

  /// Number of steps per segment; 0 for ⌈√steps⌉.
  public var segment = 0

  public init() {}

  /// Creates the method with a number of steps per segment.
  public init(segment: Int) { self.segment = segment }

  public var kind: MetaGradientKind { .exact }

  public func liveSteps(of steps: Int) -> Int { min(length(of: steps), steps) }

  /// Number of steps per segment for an inner loop of `steps` steps.
  private func length(of steps: Int) -> Int { segment > 0 ? segment : max(Int(Double(steps).squareRoot().rounded(.up)), 1) }

  public func callAsFunction(
    _ objective: some MetaObjective, through inner: InnerLoop, at learned: MetaParameters<Tensor>, _ learner: Learner, _ shard: Episodes,
    _ context: AdaptationContext
  ) -> Differentiated {
    let graph = Rematerialisation()
    return Differentiated(objective, at: learned, learner, shard, context, differentiating: { graph.gradient(of: $0, at: $1) }) {
      adapt($0, inner, learner, $1, keepsPath: objective.readsPath, in: graph)
    }
  }

  private func adapt(
    _ start: MetaParameters<Variable>, _ inner: InnerLoop, _ learner: Learner, _ support: LabelledSet, keepsPath: Bool,
    in graph: Rematerialisation
  ) -> Trajectory {
    let values = inner.values(learned: start.inner, tasks: support.inputs.shape[0], dtype: support.inputs.dtype)
    let adapts = inner.names(in: learner)
    let slots = adapts.map(start.initial.filter) ?? start.initial
    let slotCount = inner.optimizer.rule.slots.count
    var state = OptimizerState()
    let begin = inner.begin(start.initial, learner, support, state, derivative: .full)
    let features = inner.features(begin, learner, support)
    var path = Trajectory(parameters: [begin])
    for first in stride(from: 0, to: inner.steps, by: length(of: inner.steps)) {
      let count = min(length(of: inner.steps), inner.steps - first)
      let kept = keepsPath ? count : 1
      let results = graph.segment(sharing: { start.leaves + values.shared + (features.map { [$0] } ?? []) }) {
        [present = path.end, state] in
        var loop = Unrolling(inner.optimizer.rule, values, steps: count, keepsPath: keepsPath)
        loop.state = state
        loop.modulation = learner.modulation.map { ($0, learner.model) }
        let part = loop(from: present, adapting: adapts) { parameters, _ in
          inner.loss(parameters, from: begin, learner, support, features: features)
        }
        return part.parameters.suffix(kept).flatMap(\.leaves) + loop.state.trees.flatMap(\.leaves) + part.losses
      }
      func tree(_ outline: ParameterTree<Variable>, at place: Int) -> ParameterTree<Variable> {
        outline.replacing(Array(results[place..<(place + outline.count)]))
      }
      let stateStart = kept * start.initial.count
      let lossStart = stateStart + slotCount * slots.count
      if !keepsPath { path.parameters.removeAll() }
      path.parameters += (0..<kept).map { tree(start.initial, at: $0 * start.initial.count) }
      path.losses += results[lossStart...]
      state = OptimizerState((0..<slotCount).map { tree(slots, at: stateStart + $0 * slots.count) }, count: first + count)
    }
    return path
  }
}

#if objectFormat(ELF)
@section("differentiation_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__differentiate") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Differentiation.Type).self, to: Rematerialised.self) }
)
