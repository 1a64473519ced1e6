import Algorithms
import Models
import Registry
import Synchronization
import Tasks
import TensorCore

/// An algorithm with one fault; everything else behaves like MAML or first-order MAML.
///
/// These algorithms are not registered, so they do not appear in lists.
protocol BrokenAlgorithm: Algorithm {
  associatedtype Sound: Algorithm
  static var sound: Sound { get }
}

extension BrokenAlgorithm {
  static var hyperparameters: HyperparameterTable<Self> { HyperparameterTable([]) }
  var adaptationSteps: Int { Self.sound.adaptationSteps }

  func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    Self.sound.initialState(learner, from: stream, dtype: dtype)
  }

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    Self.sound.metaGradient(state, learner, shard, context)
  }

  func adapt(_ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext) -> [Adapted] {
    Self.sound.adapt(state, learner, support: support, steps: steps, context)
  }
}

private func brokenCard(_ kind: MetaGradientKind, id: String = "broken") -> AlgorithmCard {
  AlgorithmCard(id: id, title: "An algorithm with a fault", citation: "none", metaGradient: kind)
}

/// It declares the first-order gradient as exact.
struct FirstOrderDeclaredExact: BrokenAlgorithm {
  static let card = brokenCard(.exact)
  static let sound = FirstOrderMAML()
}

/// It declares the exact gradient as first-order.
struct ExactDeclaredFirstOrder: BrokenAlgorithm {
  static let card = brokenCard(.firstOrder)
  static let sound = MAML()
}

/// It says that it leaves padding out, but counts it.
struct CountsPadding: BrokenAlgorithm {
  static let card = brokenCard(.exact)
  static let sound = MAML()
  var acceptsPadding: Bool { true }

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    func unmasked(_ set: LabelledSet) -> LabelledSet { LabelledSet(inputs: set.inputs, targets: set.targets.unmasked) }
    return Self.sound.metaGradient(state, learner, Episodes(support: unmasked(shard.support), query: unmasked(shard.query)), context)
  }
}

/// It declares a gradient as a displacement.
struct GradientDeclaredDisplacement: BrokenAlgorithm {
  static let card = brokenCard(.displacement)
  static let sound = FirstOrderMAML()
}

/// It declares no gradient, but has one.
struct GradientDeclaredNone: BrokenAlgorithm {
  static let card = brokenCard(.none)
  static let sound = MAML()
}

/// It returns the mean over tasks instead of the sum.
struct MeanForSum: BrokenAlgorithm {
  static let card = brokenCard(.exact)
  static let sound = MAML()

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    var result = Self.sound.metaGradient(state, learner, shard, context)
    result.gradient = result.gradient.map { (1 / Double(shard.count)) * $0 }
    return result
  }
}

/// In meta-training it adapts to the query, labels included.
struct TrainsOnTheQuery: BrokenAlgorithm {
  static let card = brokenCard(.exact)
  static let sound = MAML()

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    Self.sound.metaGradient(state, learner, Episodes(support: shard.query, query: shard.query), context)
  }
}

/// It keeps the last query set that it saw, and adapts to it.
struct KeepsTheQuery: BrokenAlgorithm {
  static let card = brokenCard(.exact)
  static let sound = MAML()

  final class Memory: Sendable {
    let query = Mutex<LabelledSet?>(nil)
  }
  let memory = Memory()

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    memory.query.withLock { $0 = shard.query }
    return Self.sound.metaGradient(state, learner, shard, context)
  }

  func adapt(_ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext) -> [Adapted] {
    let kept = memory.query.withLock { $0 }
    let fits = kept?.inputs.shape[0] == support.inputs.shape[0] && kept?.inputs.dtype == support.inputs.dtype
    return Self.sound.adapt(state, learner, support: (fits ? kept : nil) ?? support, steps: steps, context)
  }
}

/// It adapts to all support samples except the last.
struct LeavesOutTheLast: BrokenAlgorithm {
  static let card = brokenCard(.exact)
  static let sound = MAML()

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    Self.sound.metaGradient(state, learner, Episodes(support: Self.shortened(shard.support), query: shard.query), context)
  }

  func adapt(_ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext) -> [Adapted] {
    Self.sound.adapt(state, learner, support: Self.shortened(support), steps: steps, context)
  }

  private static func shortened(_ set: LabelledSet) -> LabelledSet {
    let rows = 0..<(set.inputs.shape[1] - 1)
    return LabelledSet(inputs: set.inputs.sliced(rows, along: 1), targets: set.targets.mapTensor { $0.sliced(rows, along: 1) })
  }
}

/// Its gradient contains noise from the system's generator.
struct UnseededNoise: BrokenAlgorithm {
  static let card = brokenCard(.exact)
  static let sound = MAML()

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    var result = Self.sound.metaGradient(state, learner, shard, context)
    result.gradient = result.gradient.map { $0 + Tensor(Double.random(in: 0...1e-3), dtype: $0.dtype) }
    return result
  }
}

/// It adapts one step too few.
struct OneStepShort: BrokenAlgorithm {
  static let card = brokenCard(.exact)
  static let sound = MAML()

  func adapt(_ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext) -> [Adapted] {
    let path = Self.sound.adapt(state, learner, support: support, steps: steps, context)
    return [path[0]] + path.dropLast()
  }
}

/// It gives every task the adapted parameters of the shard's first task.
struct FirstTaskForAll: BrokenAlgorithm {
  static let card = brokenCard(.firstOrder)
  static let sound = FirstOrderMAML()

  func adapt(_ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext) -> [Adapted] {
    Self.sound.adapt(state, learner, support: support, steps: steps, context).map { adapted in
      let first = adapted.parameters.map { $0[0].expanded(over: support.inputs.shape[0]) }
      return Adapted(parameters: first, support: adapted.support)
    }
  }
}

/// It omits a gradient, and its id is not valid on the command line.
struct ForgetsAGradient: BrokenAlgorithm {
  static let card = brokenCard(.exact, id: "No Id")
  static let sound = MAML()

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    var result = Self.sound.metaGradient(state, learner, shard, context)
    result.gradient.initial = ParameterTree(result.gradient.initial.entries.dropLast())
    return result
  }
}

/// Its setting ignores the value that is set.
struct DeafSetting: BrokenAlgorithm {
  static let card = brokenCard(.exact)
  static let sound = MAML()
  static var hyperparameters: HyperparameterTable<DeafSetting> {
    HyperparameterTable([.integer("inner.steps", \.steps, in: 0...10, "Steps that cannot be set.")])
  }

  var steps: Int {
    get { 1 }
    set {}
  }
}

/// It draws a new number in each step; a recording would freeze the number.
struct RecordsADraw: BrokenAlgorithm {
  static let card = brokenCard(.firstOrder)
  static let sound = FirstOrderMAML()
  var isRecordable: Bool { true }

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    var result = Self.sound.metaGradient(state, learner, shard, context)
    var stream = context.stream(task: 0, step: 0)
    let factor = stream.uniform(0.5...1.5)
    result.gradient = result.gradient.map { factor * $0 }
    return result
  }
}

/// Its step depends on a number that it reads; a recording would not read it again.
struct RecordsAReading: BrokenAlgorithm {
  static let card = brokenCard(.firstOrder)
  static let sound = FirstOrderMAML()
  var isRecordable: Bool { true }

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    var result = Self.sound.metaGradient(state, learner, shard, context)
    let longest = result.gradient.leaves.map(\.norm).max() ?? 0
    if longest > 1 { result.gradient = result.gradient.map { (1 / longest) * $0 } }
    return result
  }
}

/// Its step depends on the iteration; a recording would freeze the iteration.
struct RecordsTheIteration: BrokenAlgorithm {
  static let card = brokenCard(.firstOrder)
  static let sound = FirstOrderMAML()
  var isRecordable: Bool { true }

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    var result = Self.sound.metaGradient(state, learner, shard, context)
    if context.step?.iteration == 2 { result.gradient = result.gradient.map { 2 * $0 } }
    return result
  }
}

/// It carries on a state whose names differ from the carried state before, and from the observations.
struct CarriesOtherNames: BrokenAlgorithm {
  static let card = brokenCard(.firstOrder)
  static let sound = FirstOrderMAML()

  func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    var state = Self.sound.initialState(learner, from: stream, dtype: dtype)
    state.carried = ParameterTree([("tasks", Tensor(0, dtype: dtype))])
    return state
  }

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    var result = Self.sound.metaGradient(state, learner, shard, context)
    result.observed = ParameterTree([("tasks", Tensor(Double(shard.count), dtype: shard.query.inputs.dtype))])
    return result
  }

  func carried(after carried: ParameterTree<Tensor>, observing observed: ParameterTree<Tensor>, tasks: Int) -> ParameterTree<Tensor> {
    ParameterTree([("total", observed.leaves[0])])
  }
}

/// It has no fault: it supports classification only, and says so.
struct ForClassesOnly: BrokenAlgorithm {
  static let card = brokenCard(.firstOrder)
  static let sound = FirstOrderMAML()

  func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    guard signature.taskLoss.targets != .values else { throw .unsuited(algorithm: Self.card.id, because: "the targets are numbers") }
  }

  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    precondition(learner.taskLoss.targets != .values, "not for such tasks")
    return Self.sound.metaGradient(state, learner, shard, context)
  }
}

/// It supports none of the suite's problems.
struct ForNothing: BrokenAlgorithm {
  static let card = brokenCard(.firstOrder)
  static let sound = FirstOrderMAML()

  func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    throw .unsuited(algorithm: Self.card.id, because: "it is for graphs")
  }
}
