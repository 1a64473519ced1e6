public import Algorithms
import Autograd
public import Models
public import Registry
public import Tasks
public import TensorCore

// This file is a whole algorithm, to copy and to change: 'tools new algorithm NAME' writes a copy with a name of your own. Its last lines
// register it, so that 'tools list', 'run', 'run-all' and 'check' know it. 'tools check ID' then checks what is written here against
// finite differences, for any number of threads, and across a resume.

/// One sentence that says what the method learns, and how it differs from the others.
///
/// ```
/// θ′ᵢ = θ − α ∇ L(supportᵢ; θ)        θ ← θ − β ∇θ Σᵢ [L(queryᵢ; θ′ᵢ) + w·L(supportᵢ; θ′ᵢ)]
/// ```
/// The formula comes first, and the code below follows it. Here it is MAML with a weighted support loss in its objective.
/// - SeeAlso: The paper, with section and equation, <https://arxiv.org/abs/1703.03400>. Deviations from it stand beside the citation.
public struct Template: InnerLoopAlgorithm {
  /// The id in commands and records, a line for listings, the source, and what the meta-gradient is: the suite verifies it.
  public static let card = AlgorithmCard(
    id: "template", title: "Template: MAML with a weighted support loss, written out",
    citation: "Finn et al., ICML 2017, algorithm 1, https://arxiv.org/abs/1703.03400", metaGradient: .exact, isCompared: false)

  /// The settings of '--set KEY=VALUE', with their ranges; help, records and errors follow from them.
  public static let hyperparameters =
    HyperparameterTable<Template>.nested("inner", \.inner, InnerLoop.hyperparameters)
    + HyperparameterTable([
      .real("supportWeight", \.supportWeight, in: 0...100, "Weight of the support loss after adaptation in the objective.")
    ])

  /// How it adapts: the rule, the number of steps, and the part of the model that changes.
  public var inner = InnerLoop()
  /// Weight w of the support loss.
  public var supportWeight = 0.1

  public init() {}

  /// True: the meta-gradient consists of tensor operations, the same for all shards of a shape, so the trainer records and replays it.
  public var isRecordable: Bool { true }
  /// True: all losses and predictions come from the learner, which leaves padding out.
  public var acceptsPadding: Bool { true }

  /// Refuses tasks, models and settings that it cannot do; comparisons leave unsuited pairs out with a note.
  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    try validateInner(learner)
  }

  /// The contribution of some tasks to a meta-training step.
  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    // All that is learned, as leaves of a graph, with a leading task axis T.
    let leaves = state.learned.map { Variable($0) }
    let theta = leaves.map { $0.broadcastOverTasks(shard.count) }
    // θ′: every step stays in the graph.
    let adapted = inner.adapt(theta, learner, shard.support, derivative: .full).end
    // The objective of each task, [T], and what is reported beside it.
    let value = ObjectiveValue(at: adapted, learner, shard) { queryLosses in
      queryLosses.adding(learner.supportLoss(adapted, shard.support), scaledBy: supportWeight)
    }
    // One gradient for each learned tensor, summed over the tasks. The trainer adds up the shards.
    let gradients = gradient(of: value.objective, at: leaves.leaves)
    return MetaGradient(
      gradient: leaves.replacing(gradients.map(\.value)), losses: value.queryLosses.value,
      scored: .init(value.predictions.value, shard.query.targets))
  }

  /// The objective of each task, [T], without a graph; the suite differentiates it numerically.
  ///
  /// By default it is the query loss.
  public func metaObjective(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> Tensor { objective(state, learner, shard, moved: nil) }

  /// The same with an offset at the adapted parameters, from which the suite tells second order from first order.
  public func metaObjective(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext, offset: ParameterTree<Tensor>
  ) -> Tensor { objective(state, learner, shard, moved: offset) }

  private func objective(_ state: MetaState, _ learner: Learner, _ shard: Episodes, moved offset: ParameterTree<Tensor>?) -> Tensor {
    let theta = state.learned.map { Variable(constant: $0.expanded(over: shard.count)) }
    let end = inner.adapt(theta, learner, shard.support, derivative: .none).end
    let adapted = offset.map { end.zip($0) { Variable(constant: $0.value + $1) } } ?? end
    return ObjectiveValue(at: adapted, learner, shard) { queryLosses in
      queryLosses.adding(learner.supportLoss(adapted, shard.support), scaledBy: supportWeight)
    }.objective.value
  }

  // `adapt` and `predict`, which testing calls, have defaults: the inner loop, and the model at the adapted parameters.
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: Template.self) }
)
