public import Models
import Registry
public import Tasks
public import TensorCore

/// How an algorithm trains: the properties that the meta-trainer reads in addition to the meta-gradient.
///
/// Every requirement has a default implementation.
public protocol TrainingBehaviour: Sendable {
  /// Kind of this instance's meta-gradient; it is the kind on the card unless settings change it.
  var metaGradientKind: MetaGradientKind { get }

  /// True if the meta-gradient consists of tensor operations only, the same for all shards of a shape in a phase.
  ///
  /// The meta-trainer then records the meta-gradient and replays the recording, with the same bits and without the cost of building graphs.
  /// The default is false. While recording, reading numbers from tensors throws, and so does reading the context's streams, step or first
  /// task. The contract suite compares recorded with eager steps.
  var isRecordable: Bool { get }

  /// True if the meta-gradient leaves out the padding of ``Targets/padded(_:mask:)``.
  ///
  /// Tasks with different numbers of samples then share a shard. That is so if all losses and predictions come from the learner's
  /// `loss`, `supportLoss` and `queryPredictions`. The default is false: such tasks then are shards of their own.
  var acceptsPadding: Bool { get }

  /// True if the algorithm needs a support sample of every class of a query set; tasks without one are then errors.
  ///
  /// The default is false: an algorithm that adapts by gradient steps only predicts such a class badly.
  var needsEveryClass: Bool { get }

  /// Whether a task's contribution to the meta-gradient depends on other tasks of its shard.
  var coupling: TaskCoupling { get }

  /// Number of support sets per task in the meta-gradient; 1 unless a meta-loss compares adaptations.
  var supports: Int { get }

  /// Index of the graph that a recordable algorithm builds in a step; each phase has its own recording.
  func phase(_ step: AdaptationContext.Step) -> Int

  /// Numbers that change from step to step, such as the weights of a loss; recorded steps read them as input.
  ///
  /// Names and shapes are the same in all steps.
  func scheduled(_ step: AdaptationContext.Step) -> ParameterTree<Tensor>

  /// Computes the carried state after a step.
  ///
  /// - Parameters:
  ///   - carried: The carried state before the step.
  ///   - observed: The sum over shards of ``MetaGradient/observed``.
  ///   - tasks: Number of tasks in the meta-batch.
  /// - Returns: The new carried state, with the same names and shapes.
  func carried(after carried: ParameterTree<Tensor>, observing observed: ParameterTree<Tensor>, tasks: Int) -> ParameterTree<Tensor>

  /// Checks a carried state from a file, in addition to its names and shapes; by default every finite one is possible.
  ///
  /// - Parameters:
  ///   - carried: The carried state.
  ///   - iteration: The number of steps done.
  /// - Throws: ``AlgorithmError/carriedState(algorithm:name:found:limit:)`` for a state that no run reaches.
  func validate(carried: ParameterTree<Tensor>, after iteration: Int) throws(AlgorithmError)

  /// The objective of each task, [T]; an `.exact` meta-gradient is its derivative.
  func metaObjective(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> Tensor

  /// The objective of each task, [T], with an offset added to all parameters along adaptation.
  ///
  /// A `.firstOrder` meta-gradient is its derivative in the offset, at zero. `offset` has the names and shapes of the initial parameters,
  /// without a task axis.
  func metaObjective(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext, offset: ParameterTree<Tensor>
  ) -> Tensor

  /// Learned hyperparameters in their own domain, with one summary per tensor and step; empty by default.
  func learnedValues(_ state: MetaState) -> [LearnedValue]

  /// The settings to lower if adaptation diverges; by default "inner.learningRate", if the algorithm declares it.
  var rateSettings: [String] { get }

  /// Advice on the settings after a run, complete or not.
  ///
  /// - Parameter means: The means over the run's steps of the metrics that the algorithm reports.
  /// - Returns: The advice, in whole sentences; nil if there is none.
  func advice(_ means: [StepReport.Metric]) -> String?

  /// The parameters of the model and those of the algorithm that a file lays out as a model's; by default the model's alone.
  func parameters(for model: any Model) -> [ParameterDeclaration]

  /// The initial parameters of the model, for a file that other programs read; by default the learned or fixed initial parameters.
  func modelInitialisation(_ state: MetaState, _ learner: Learner) -> ParameterTree<Tensor>

  /// Memory of a step, for the estimate before a run.
  var footprint: TrainingFootprint { get }
}

/// Whether tasks of a meta-batch depend on each other in the meta-gradient.
public enum TaskCoupling: Sendable, Hashable {
  /// A shard's gradient is the sum of its tasks' gradients, so shards may be cut anywhere.
  case independent
  /// The meta-loss compares all tasks, so the meta-batch is one shard.
  case metaBatch
  /// The meta-loss compares tasks within groups of a fixed size, so each group is a shard.
  case groups(of: Int)
}

/// Memory of a meta-training step, without data and parameters.
public struct TrainingFootprint: Sendable, Hashable {
  /// Number of adaptation steps whose graphs are alive at the same time.
  public var steps: Int
  /// Number of parameter-sized tensors that the graph of one step holds.
  public var copiesPerStep: Double
  /// Number of support sets per task in the meta-gradient.
  public var supports: Int
  /// Number of models that adapt side by side to a task.
  public var models: Int

  /// Creates a footprint; the default is one step with two copies, one support set and one model.
  public init(steps: Int = 1, copiesPerStep: Double = 2, supports: Int = 1, models: Int = 1) {
    self.steps = steps
    self.copiesPerStep = copiesPerStep
    self.supports = supports
    self.models = models
  }
}

extension TrainingBehaviour {
  public var isRecordable: Bool { false }
  public var acceptsPadding: Bool { false }
  public var needsEveryClass: Bool { false }
  public var coupling: TaskCoupling { .independent }
  public var supports: Int { 1 }
  public func learnedValues(_ state: MetaState) -> [LearnedValue] { [] }
  public func phase(_ step: AdaptationContext.Step) -> Int { 0 }
  public func scheduled(_ step: AdaptationContext.Step) -> ParameterTree<Tensor> { ParameterTree() }
  public func carried(
    after carried: ParameterTree<Tensor>, observing observed: ParameterTree<Tensor>, tasks: Int
  ) -> ParameterTree<Tensor> { observed }
  public func parameters(for model: any Model) -> [ParameterDeclaration] { model.parameters }
  public func modelInitialisation(_ state: MetaState, _ learner: Learner) -> ParameterTree<Tensor> { state.initial }
  public func advice(_ means: [StepReport.Metric]) -> String? { nil }
  public func validate(carried: ParameterTree<Tensor>, after iteration: Int) throws(AlgorithmError) {}
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
