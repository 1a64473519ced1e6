import Autograd
import Models
public import Registry
public import Tasks
public import TensorCore

/// A baseline: one network trained on all tasks pooled, then fine-tuned on a task's support set.
///
/// ```
/// θ ← θ − β ∇ Σᵢ L(support_i ∪ query_i; θ)
/// ```
/// It learns what tasks have in common, but not how to adapt; meta-learning must beat it.
/// - SeeAlso: Finn et al., ICML 2017, section 5.1: "pretraining on all of the tasks", their baseline.
public struct Joint: InnerLoopAlgorithm {
  public static let card = AlgorithmCard(
    id: "joint", title: "Baseline: joint training on all tasks, then fine-tuning",
    citation: "Finn et al., ICML 2017, section 5.1, https://arxiv.org/abs/1703.03400", metaGradient: .exact,
    published: [.sinusoid("2.41 / 2.23 / 2.19")], family: .baseline)

  public static let hyperparameters: HyperparameterTable<Joint> =
    .nested("inner", \.inner, InnerLoop.hyperparameters.without("steps"))

  /// The fine-tuning loop for testing; meta-training takes no adaptation step.
  public var inner = InnerLoop()

  public init() {}

  public var isRecordable: Bool { true }

  public var adaptationSteps: Int { 0 }

  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    let leaves = state.learned.map { Variable($0) }
    let (predictions, pooled) = pooledPredictions(leaves.initial, learner, shard)
    let losses = learner.loss(predictions, pooled.targets)
    return MetaGradient(
      gradient: leaves.replacing(gradient(of: losses, at: leaves.leaves).map(\.value)), losses: losses.value,
      scored: .init(predictions.value, pooled.targets))
  }

  public func metaObjective(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> Tensor {
    let (predictions, pooled) = pooledPredictions(state.initial.map(Variable.init(constant:)), learner, shard)
    return learner.losses(predictions.value, pooled.targets)
  }

  private func pooledPredictions(
    _ initial: ParameterTree<Variable>, _ learner: Learner, _ shard: Episodes
  ) -> (Variable, LabelledSet) {
    let pooled = shard.support.concatenated(with: shard.query)
    let overTasks = initial.map { $0.broadcastOverTasks(shard.count) }
    return (learner.model(Variable(constant: pooled.inputs), overTasks, normalisation: .wholeBatch), pooled)
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: Joint.self) }
)
