public import Models
import Registry
public import Tasks
public import TensorCore

/// How an algorithm trains: what the meta-trainer asks it beside the meta-gradient.
///
/// Everything has a default.
public protocol TrainingBehaviour: Sendable {
  /// What the meta-gradient of this instance is; the card's declaration unless settings change it.
  var metaGradientKind: MetaGradientKind { get }

  /// True when the meta-gradient is tensor operations alone, the same ones for all shards of a shape in a phase.
  ///
  /// The meta-trainer then records it and runs the recording again, with the same bits and without the work of building graphs. It is
  /// false by default. Reading numbers from tensors, the context's streams, its step or its first task while recording throws; the
  /// contract suite compares recorded with eager steps.
  var isRecordable: Bool { get }

  /// Whether a task's part of the meta-gradient depends on other tasks of its shard.
  var coupling: TaskCoupling { get }

  /// Support sets of each task that the meta-gradient adapts to; 1 unless a meta-loss compares adaptations.
  var supports: Int { get }

  /// Which of its graphs a recordable algorithm builds in a step; each phase is recorded on its own.
  func phase(_ step: AdaptationContext.Step) -> Int

  /// Numbers that change from step to step, weights of a loss for example: recorded steps read them like data.
  ///
  /// Names and shapes are the same in all steps.
  func scheduled(_ step: AdaptationContext.Step) -> ParameterTree<Tensor>

  /// What is carried on after a step.
  ///
  /// - Parameters:
  ///   - carried: What was carried before.
  ///   - observed: The sum over shards of ``MetaGradient/observed``.
  ///   - tasks: Tasks of the meta-batch.
  /// - Returns: The new carried state, of the same names and shapes.
  func carried(after carried: ParameterTree<Tensor>, observing observed: ParameterTree<Tensor>, tasks: Int) -> ParameterTree<Tensor>

  /// The quantity that an `.exact` meta-gradient is the derivative of, for each task, [T].
  func metaObjective(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> Tensor

  /// The same with an offset added to all parameters that adaptation passes through: a `.firstOrder` meta-gradient is its derivative in
  /// the offset, at zero.
  ///
  /// `offset` has the names and shapes of the initial parameters, without a task axis.
  func metaObjective(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext, offset: ParameterTree<Tensor>
  ) -> Tensor

  /// Learned hyperparameters in their own domain, a summary for each tensor and step; none by default.
  func learnedValues(_ state: MetaState) -> [LearnedValue]

  /// The settings to lower where adaptation diverges; "inner.learningRate" where the algorithm declares it.
  var rateSettings: [String] { get }

  /// What a step holds in memory, for the estimate before a run.
  var footprint: TrainingFootprint { get }
}

/// Whether tasks of a meta-batch depend on each other in the meta-gradient.
public enum TaskCoupling: Sendable, Hashable {
  /// A shard's gradient is the sum of its tasks' gradients: shards may be cut anywhere.
  case independent
  /// The meta-loss compares tasks: the meta-batch is one shard.
  case metaBatch
  /// The meta-loss compares tasks in groups of a size: each group is a shard.
  case groups(of: Int)
}

/// What a meta-training step of an algorithm holds beside data and parameters.
public struct TrainingFootprint: Sendable, Hashable {
  /// Adaptation steps whose graphs are alive at one time.
  public var steps: Int
  /// Tensors of the parameters' size that the graph of one step holds.
  public var copiesPerStep: Double
  /// Support sets that are adapted to.
  public var supports: Int

  /// Describes a footprint.
  public init(steps: Int = 1, copiesPerStep: Double = 2, supports: Int = 1) {
    self.steps = steps
    self.copiesPerStep = copiesPerStep
    self.supports = supports
  }
}

extension TrainingBehaviour {
  public var isRecordable: Bool { false }
  public var coupling: TaskCoupling { .independent }
  public var supports: Int { 1 }
  public func learnedValues(_ state: MetaState) -> [LearnedValue] { [] }
  public func phase(_ step: AdaptationContext.Step) -> Int { 0 }
  public func scheduled(_ step: AdaptationContext.Step) -> ParameterTree<Tensor> { ParameterTree() }
  public func carried(
    after carried: ParameterTree<Tensor>, observing observed: ParameterTree<Tensor>, tasks: Int
  ) -> ParameterTree<Tensor> { observed }
}

extension Algorithm {
  public var metaGradientKind: MetaGradientKind { Self.card.metaGradient }

  public var rateSettings: [String] { ["inner.learningRate"].filter(Self.hyperparameters.keys.contains) }

  public var footprint: TrainingFootprint { TrainingFootprint(steps: max(adaptationSteps, 1), supports: supports) }

  public func metaObjective(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> Tensor {
    let path = adapt(state, learner, support: shard.support, steps: adaptationSteps, context)
    let predictions = predict(path[path.count - 1], learner, query: shard.query.inputs, mode: learner.trainingMode, context)
    return learner.losses(predictions, shard.query.targets)
  }

  /// The query loss at the adapted parameters plus the offset.
  public func metaObjective(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext, offset: ParameterTree<Tensor>
  ) -> Tensor {
    let path = adapt(state, learner, support: shard.support, steps: adaptationSteps, context)
    let end = path[path.count - 1]
    let moved = Adapted(parameters: end.parameters.zip(offset) { $0 + $1 }, support: end.support)
    let predictions = predict(moved, learner, query: shard.query.inputs, mode: learner.trainingMode, context)
    return learner.losses(predictions, shard.query.targets)
  }
}
