public import Autograd
public import Models
public import Registry
public import Tasks
public import TensorCore

/// A method that differentiates a meta-objective through the inner loop.
///
/// Each method is one file, registered in its last lines.
public protocol Differentiation: Configurable {
  /// Name and source of the method.
  static var card: Card { get }

  /// Kind of the method's meta-gradient.
  var kind: MetaGradientKind { get }

  /// Kind of the meta-gradient through a given inner loop; it is ``kind`` unless the number of steps changes it.
  func kind(through inner: InnerLoop) -> MetaGradientKind

  /// The inner loop that the method differentiates, derived from the inner loop of the settings; the method may add a proximal term.
  ///
  /// Testing adapts by the same loop.
  func adaptation(_ inner: InnerLoop) -> InnerLoop

  /// True if the method uses tensor operations only, the same for all shards of a shape: ``TrainingBehaviour/isRecordable``.
  var isRecordable: Bool { get }

  /// The reason why the method cannot differentiate an objective; nil if it can.
  func objection(to objective: any MetaObjective) -> String?

  /// Advice on a run's settings, given the means of its metrics; nil if there is none.
  func advice(_ means: [StepReport.Metric], through inner: InnerLoop) -> String?

  /// Number of adaptation steps, out of `steps`, whose graphs are alive at the same time.
  func liveSteps(of steps: Int) -> Int

  /// Adapts to the support sets of a shard and differentiates an objective.
  ///
  /// - Parameters:
  ///   - objective: The objective to differentiate.
  ///   - inner: The inner loop of the settings; the method applies ``adaptation(_:)`` itself.
  ///   - learned: The learned values at which to differentiate.
  ///   - learner: Model and task loss.
  ///   - shard: The tasks, with as many support sets as the objective needs.
  ///   - context: The position in the run.
  /// - Returns: The gradients summed over tasks, with the reported values.
  func callAsFunction(
    _ objective: some MetaObjective, through inner: InnerLoop, at learned: MetaParameters<Tensor>, _ learner: Learner, _ shard: Episodes,
    _ context: AdaptationContext
  ) -> Differentiated
}

extension Differentiation {
  public static var id: String { card.id }
  public static var hyperparameters: HyperparameterTable<Self> { HyperparameterTable([]) }
  public func kind(through inner: InnerLoop) -> MetaGradientKind { kind }
  public func adaptation(_ inner: InnerLoop) -> InnerLoop { inner }
  public var isRecordable: Bool { true }
  public func objection(to objective: any MetaObjective) -> String? { nil }
  public func advice(_ means: [StepReport.Metric], through inner: InnerLoop) -> String? { nil }
}

/// An objective's gradient and value, with the reported values of a shard.
public struct Differentiated: Sendable {
  /// Gradient summed over the shard's tasks, with one tensor per learned tensor.
  public var gradient: MetaParameters<Tensor>
  /// The objective of each task, [T].
  public var objective: Tensor
  /// The query loss after adaptation, [T].
  public var queryLosses: Tensor
  /// Predictions for the query after adaptation, [T, M, outputs].
  public var predictions: Tensor
  /// Parameters after adaptation to the first support set, [T, …].
  public var adapted: ParameterTree<Tensor>
  /// Further named numbers per task, [T] each, as in ``MetaGradient/metrics``.
  public var metrics = ParameterTree<Tensor>()

  /// Creates a result and detaches the values from the graph; `adapted` is the adaptation to the first support set.
  public init(_ gradient: MetaParameters<Tensor>, _ value: ObjectiveValue, adapted: Trajectory) {
    self.gradient = gradient
    objective = value.objective.value
    queryLosses = value.queryLosses.value
    predictions = value.predictions.value
    self.adapted = adapted.end.map(\.value)
  }

  /// Adapts to each of the objective's support sets, takes the objective, and differentiates it with respect to `learned`.
  ///
  /// - Parameters:
  ///   - objective: The meta-loss.
  ///   - learned: The learned tensors, without a task axis.
  ///   - learner: Model and task loss.
  ///   - shard: The tasks.
  ///   - context: Where in the run this happens.
  ///   - differentiate: Takes the gradient of a variable at others; backpropagation unless given. It may take the graph apart.
  ///   - adapt: Adapts the learned variables, [T, …], to a support set.
  public init(
    _ objective: some MetaObjective, at learned: MetaParameters<Tensor>, _ learner: Learner, _ shard: Episodes,
    _ context: AdaptationContext,
    differentiating differentiate: (Variable, [Variable]) -> [Variable] = { finalGradient(of: $0, at: $1) },
    adapting adapt: (MetaParameters<Variable>, LabelledSet) -> Trajectory
  ) {
    let leaves = learned.map { Variable($0) }
    let theta = leaves.map { $0.broadcastOverTasks(shard.count) }
    let adapted = shard.supports.prefix(objective.supports).map { adapt(theta, $0) }
    let value = objective(adapted, learner, shard, context)
    let gradients = KernelProfile.during(.outerGradient) { differentiate(value.objective, leaves.leaves) }
    self.init(learned.replacing(gradients.map(\.value)), value, adapted: adapted[0])
  }

  /// The result as a shard's contribution to a step, with the query loss as reported loss.
  public func contribution(_ shard: Episodes) -> MetaGradient {
    MetaGradient(gradient: gradient, losses: queryLosses, scored: .init(predictions, shard.query.targets), metrics: metrics)
  }
}

/// All differentiation methods linked into this program.
public enum DifferentiationRegistry {
  /// The registry, rebuilt from the linker section on every read.
  public static var all: Registry<any Differentiation.Type> { Registry(.differentiations) { $0.card.id } }

  /// The types, ordered by id.
  static let types = all.items.map(\.item)

  /// Looks up a differentiation method by id.
  /// - Throws: `LookupError` with the nearest id.
  public static func type(of id: String) throws(LookupError) -> any Differentiation.Type {
    try all.item(id, kind: "way of differentiation")
  }
}
