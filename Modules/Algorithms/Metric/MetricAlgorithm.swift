public import Autograd
import Models
public import Tasks
public import TensorCore

/// An algorithm that learns an embedding and compares query with support features, without adaptation steps.
///
/// The embedding is the model without its head. The algorithm supports classification only, and models that have a head.
public protocol MetricAlgorithm: Algorithm {
  /// Computes logits [T, M, ways] for query features [T, M, width] from support features [T, N, width] and their labels.
  func compare(_ support: Variable, _ targets: Targets, _ query: Variable) -> Variable
}

extension MetricAlgorithm {
  public var adaptationSteps: Int { 0 }
  public var isRecordable: Bool { true }

  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    guard signature.taskLoss.targets == .classes, AdaptedPart.body.suits(learner.model) else {
      throw .unsuited(algorithm: Self.card.id, because: "it supports only classification with an embedding model")
    }
  }

  /// Learns the parameters of the embedding only.
  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    let isHead = learner.model.embedding?.isHead ?? { _ in false }
    return MetaState(initial: learner.model.initialParameters(from: stream, dtype: dtype).filter { !isHead($0) })
  }

  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    let leaves = state.learned.map { Variable($0) }
    let theta = leaves.initial.map { $0.broadcastOverTasks(shard.count) }
    let (logits, losses) = KernelProfile.during(.forward) {
      let logits = learner.comparison(theta, support: shard.support, query: shard.query.inputs, mode: learner.trainingMode, compare)
      return (logits, learner.loss(logits, shard.query.targets))
    }
    let gradients = KernelProfile.during(.outerGradient) { gradient(of: losses, at: leaves.leaves) }
    return MetaGradient(
      gradient: leaves.replacing(gradients.map(\.value)), losses: losses.value, scored: .init(logits.value, shard.query.targets))
  }

  /// Returns one state, with the embedding's parameters and the support set, for any number of steps.
  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    [Adapted(parameters: state.initial.map { $0.expanded(over: support.inputs.shape[0]) }, support: support)]
  }

  public func predict(
    _ adapted: Adapted, _ learner: Learner, query: Tensor, mode: NormalisationMode, _ context: AdaptationContext
  ) -> Tensor {
    let theta = adapted.parameters.map(Variable.init(constant:))
    return learner.comparison(theta, support: adapted.support, query: query, mode: mode, compare).value
  }
}
