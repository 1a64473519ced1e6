import Algorithms
import Autograd
import Models
import Registry
import Tasks
import TensorCore

// The algorithms of two workloads. They are not registered: they are only timed, and cannot be tested.

/// Adapts the head alone; the body runs once over support and query together.
///
/// - SeeAlso: Raghu et al., "Rapid learning or feature reuse?", ICLR 2020, section 4 (ANIL).
struct HeadAdaptation: Algorithm {
  static let card = AlgorithmCard(id: "benchmark-anil", title: "", citation: "", metaGradient: .exact)
  static let hyperparameters = HyperparameterTable<HeadAdaptation>([])

  var inner = InnerLoop()
  var adaptationSteps: Int { inner.steps }
  var isRecordable: Bool { true }

  func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    MetaState(initial: learner.model.initialParameters(from: stream, dtype: dtype))
  }

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    guard let model = learner.model.embedding else { fatalError("this workload has an embedding") }
    let leaves = state.learned.map { Variable($0) }
    let overTasks = leaves.initial.map { $0.broadcastOverTasks(shard.count) }
    let rows = shard.support.inputs.shape[1]
    let features = KernelProfile.during(.forward) {
      let both = Variable(constant: .concatenated([shard.support.inputs, shard.query.inputs], along: 1))
      return model.features(both, overTasks, normalisation: .wholeBatch)
    }
    let support = features.sliced(0..<rows, along: 1)
    var (weight, bias) = (overTasks["\(model.headLayer).weight"], overTasks["\(model.headLayer).bias"])
    for _ in 0..<inner.steps {
      let loss = learner.loss(support.linear(weight, bias), shard.support.targets)
      let slopes = gradient(of: loss, at: [weight, bias], differentiable: true)
      weight = weight.adding(slopes[0], scaledBy: -inner.learningRate)
      bias = bias.adding(slopes[1], scaledBy: -inner.learningRate)
    }
    let predictions = features.sliced(rows..<features.shape[1], along: 1).linear(weight, bias)
    let losses = learner.loss(predictions, shard.query.targets)
    let gradients = KernelProfile.during(.outerGradient) { gradient(of: losses, at: leaves.leaves) }
    return MetaGradient(
      gradient: leaves.replacing(gradients.map(\.value)), losses: losses.value,
      scored: .init(predictions.value, shard.query.targets))
  }

  func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    fatalError("a benchmark trains and does not test")
  }
}

/// One episode of a prototypical network: class means of the support embeddings, and squared Euclidean distances to them.
///
/// - SeeAlso: Snell et al., "Prototypical networks for few-shot learning", NeurIPS 2017, algorithm 1.
struct PrototypeEpisode: Algorithm {
  static let card = AlgorithmCard(id: "benchmark-protonet", title: "", citation: "", metaGradient: .exact)
  static let hyperparameters = HyperparameterTable<PrototypeEpisode>([])

  var adaptationSteps: Int { 0 }
  var isRecordable: Bool { true }

  func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    let head = learner.model.embedding?.headLayer ?? ""
    return MetaState(initial: learner.model.initialParameters(from: stream, dtype: dtype).filter { !$0.hasPrefix("\(head).") })
  }

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    guard let model = learner.model.embedding, case .classes(_, let ways) = shard.support.targets else {
      fatalError("this workload has an embedding and classes")
    }
    let leaves = state.learned.map { Variable($0) }
    let (tasks, rows) = (shard.count, shard.support.inputs.shape[1])
    let (predictions, losses) = KernelProfile.during(.forward) {
      let both = Variable(constant: .concatenated([shard.support.inputs, shard.query.inputs], along: 1))
      let overTasks = leaves.initial.map { $0.broadcastOverTasks(tasks) }
      let features = model.features(both, overTasks, normalisation: .wholeBatch)
      let width = features.shape[2]
      // The support set is sorted by class.
      let means = features.sliced(0..<rows, along: 1).reshaped([tasks, ways, rows / ways, width]).mean([2]).reshaped([tasks, ways, width])
      let queries = features.sliced(rows..<features.shape[1], along: 1)
      // −|q − c|² = 2·q·c − |c|² − |q|². The last term is the same for all classes, but it belongs to the definition.
      let norms = means.squared().sum([2]).reshaped([tasks, 1, ways])
      let logits = queries.matmul(means, transposeSecond: true) * 2 - norms - queries.squared().sum([2])
      return (logits, learner.loss(logits, shard.query.targets))
    }
    let gradients = KernelProfile.during(.outerGradient) { gradient(of: losses, at: leaves.leaves) }
    return MetaGradient(
      gradient: leaves.replacing(gradients.map(\.value)), losses: losses.value,
      scored: .init(predictions.value, shard.query.targets))
  }

  func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    fatalError("a benchmark trains and does not test")
  }
}
