public import Autograd
public import Models
import Registry
public import Tasks
public import TensorCore

/// An algorithm that learns an embedding and compares query with support features, without adaptation steps.
///
/// The embedding is the model without its head. The algorithm supports classification only, and models that have a head. A comparison may
/// have learned values of its own, such as the strength of a penalty.
public protocol MetricAlgorithm: Algorithm {
  /// Initial values of what the comparison learns, for features of a width; none by default.
  func initialComparison(width: Int, from stream: RandomStream, dtype: DType) -> ParameterTree<Tensor>

  /// Computes logits [T, M, ways] for query features [T, M, width] from support features [T, N, width] and their labels.
  ///
  /// `own` holds what the comparison learns, [T, …] each, under the names of ``initialComparison(width:from:dtype:)``.
  func compare(_ support: Variable, _ targets: Targets, _ query: Variable, _ own: ParameterTree<Variable>) -> Variable

  /// The loss of logits per task, [T], which meta-training minimises; by default the loss of the tasks.
  func loss(_ logits: Variable, _ targets: Targets, _ learner: Learner) -> Variable
}

extension MetricAlgorithm {
  public var adaptationSteps: Int { 0 }
  public var isRecordable: Bool { true }
  /// True: the comparison is with the support samples of each class.
  public var needsEveryClass: Bool { true }

  public func initialComparison(width: Int, from stream: RandomStream, dtype: DType) -> ParameterTree<Tensor> { ParameterTree() }

  public func loss(_ logits: Variable, _ targets: Targets, _ learner: Learner) -> Variable { learner.loss(logits, targets) }

  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    guard signature.taskLoss.targets == .classes, AdaptedPart.body.suits(learner.model) else {
      throw .unsuited(algorithm: Self.card.id, because: "it supports only classification with an embedding model")
    }
  }

  /// Learns the parameters of the embedding and those of the comparison.
  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    guard let embedding = learner.model.embedding else { fatalError("\(type(of: learner.model).card.id) is no embedding") }
    let initial = embedding.initialParameters(from: stream, dtype: dtype).filter { !embedding.isHead($0) }
    let own = initialComparison(width: embedding.embeddingWidth, from: stream.child("comparison"), dtype: dtype)
    return MetaState(learned: MetaParameters(initial: initial, own: own))
  }

  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    let leaves = state.learned.map { Variable($0) }
    let (logits, losses) = KernelProfile.during(.forward) {
      let parameters = leaves.map { $0.broadcastOverTasks(shard.count) }.together
      let logits = outputs(parameters, learner, shard.support, shard.query.inputs, learner.trainingMode)
      return (logits, loss(logits, shard.query.targets, learner))
    }
    let gradients = KernelProfile.during(.outerGradient) { gradient(of: losses, at: leaves.leaves) }
    return MetaGradient(
      gradient: leaves.replacing(gradients.map(\.value)), losses: losses.value, scored: .init(logits.value, shard.query.targets))
  }

  public func metaObjective(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> Tensor {
    let adapted = adapt(state, learner, support: shard.support, steps: 0, context)[0]
    let logits = predict(adapted, learner, query: shard.query.inputs, mode: learner.trainingMode, context)
    return loss(Variable(constant: logits), shard.query.targets, learner).value
  }

  /// Returns one state, with all learned values and the support set, for any number of steps.
  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    [Adapted(parameters: state.start.together.map { $0.expanded(over: support.inputs.shape[0]) }, support: support)]
  }

  public func predict(
    _ adapted: Adapted, _ learner: Learner, query: Tensor, mode: NormalisationMode, _ context: AdaptationContext
  ) -> Tensor {
    outputs(adapted.parameters.map(Variable.init(constant:)), learner, adapted.support, query, mode).value
  }

  private func outputs(
    _ parameters: ParameterTree<Variable>, _ learner: Learner, _ support: LabelledSet, _ query: Tensor, _ mode: NormalisationMode
  ) -> Variable {
    learner.comparison(parameters, support: support, query: query, mode: mode) { support, targets, query, parameters in
      compare(support, targets, query, parameters.subtree(comparisonPrefix))
    }
  }
}

/// The prefix of a comparison's values beside the embedding's.
private let comparisonPrefix = "comparison"

extension MetaParameters {
  /// The embedding's parameters under their own names, and those of the comparison under a prefix.
  fileprivate var together: ParameterTree<Leaf> { initial.merging(own.prefixed(comparisonPrefix)) }
}
