import Algorithms
import Autograd
import Models
import Registry
import Synchronization
import Tasks
import TensorCore

/// An algorithm with given parts: its start, the gradient of a shard, and the values that change from step to step.
struct StubAlgorithm: Algorithm {
  typealias Gradient = @Sendable (MetaState, Learner, Episodes, AdaptationContext) -> MetaGradient

  static let card = AlgorithmCard(id: "test-stub", title: "", citation: "", metaGradient: .estimate)
  static let hyperparameters = HyperparameterTable<StubAlgorithm>([])

  var start = MetaState(initial: ParameterTree([("w", Tensor.zeros([1]))]))
  var isRecordable = false
  var gradient: Gradient = { state, _, shard, _ in MetaGradient(gradient: state.learned, losses: .zeros([shard.count])) }
  var schedule: @Sendable (AdaptationContext.Step) -> ParameterTree<Tensor> = { _ in ParameterTree() }
  var phases: @Sendable (AdaptationContext.Step) -> Int = { _ in 0 }
  var carry: @Sendable (ParameterTree<Tensor>, ParameterTree<Tensor>, Int) -> ParameterTree<Tensor> = { _, observed, _ in observed }

  var adaptationSteps: Int { 0 }

  func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState { start }

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    gradient(state, learner, shard, context)
  }

  func scheduled(_ step: AdaptationContext.Step) -> ParameterTree<Tensor> { schedule(step) }

  func phase(_ step: AdaptationContext.Step) -> Int { phases(step) }

  func carried(
    after carried: ParameterTree<Tensor>, observing observed: ParameterTree<Tensor>, tasks: Int
  ) -> ParameterTree<Tensor> { carry(carried, observed, tasks) }

  func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    [Adapted(parameters: state.initial.map { $0.expanded(over: support.inputs.shape[0]) }, support: support)]
  }
}

/// An inner loop with a given objective and way of differentiation, which need not be registered.
struct ObjectiveAlgorithm: InnerLoopAlgorithm {
  static let card = AlgorithmCard(id: "test-objective", title: "", citation: "", metaGradient: .exact)
  static let hyperparameters = HyperparameterTable<ObjectiveAlgorithm>([])

  var inner = InnerLoop()
  var objective: any MetaObjective = QueryLoss()
  var differentiation: any Differentiation = Unrolled()
  var isRecordable = true

  var coupling: TaskCoupling { objective.coupling }
  var supports: Int { objective.supports }
  var metaGradientKind: MetaGradientKind { differentiation.kind }
  func scheduled(_ step: AdaptationContext.Step) -> ParameterTree<Tensor> { objective.scheduled(step, adaptationSteps: inner.steps) }

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    differentiation(objective, through: inner, at: state.learned, learner, shard, context).contribution(shard)
  }
}

/// Wraps an algorithm so that it is never recorded.
struct Eager: Algorithm {
  static let card = AlgorithmCard(id: "test-eager", title: "", citation: "", metaGradient: .none)
  static let hyperparameters = HyperparameterTable<Eager>([])

  var base: any Algorithm = Chance()

  var adaptationSteps: Int { base.adaptationSteps }
  var supports: Int { base.supports }
  var coupling: TaskCoupling { base.coupling }
  func scheduled(_ step: AdaptationContext.Step) -> ParameterTree<Tensor> { base.scheduled(step) }
  func phase(_ step: AdaptationContext.Step) -> Int { base.phase(step) }

  func carried(
    after carried: ParameterTree<Tensor>, observing observed: ParameterTree<Tensor>, tasks: Int
  ) -> ParameterTree<Tensor> { base.carried(after: carried, observing: observed, tasks: tasks) }

  func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    base.initialState(learner, from: stream, dtype: dtype)
  }

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    base.metaGradient(state, learner, shard, context)
  }

  func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    base.adapt(state, learner, support: support, steps: steps, context)
  }
}

/// Numbers that algorithms note on any thread.
final class Notes: Sendable {
  private let kept = Mutex<[Int]>([])
  var sorted: [Int] { kept.withLock { $0.sorted() } }
  func note(_ number: Int) { kept.withLock { $0.append(number) } }
}
