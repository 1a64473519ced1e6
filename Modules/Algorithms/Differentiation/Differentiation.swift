public import Autograd
public import Models
public import Registry
public import Tasks
public import TensorCore

/// A way through the inner loop: how a meta-objective is differentiated.
///
/// One file, registered in its last lines.
public protocol Differentiation: Configurable {
  /// Name and source.
  static var card: Card { get }

  /// What its meta-gradient is.
  var kind: MetaGradientKind { get }

  /// What its meta-gradient is through a given inner loop; ``kind`` unless the number of steps changes it.
  func kind(through inner: InnerLoop) -> MetaGradientKind

  /// The inner loop that it differentiates, made of the settings' one: the way may add a proximal term.
  ///
  /// Testing adapts by the same loop.
  func adaptation(_ inner: InnerLoop) -> InnerLoop

  /// True when it is tensor operations alone, the same ones for all shards of a shape: ``TrainingBehaviour/isRecordable``.
  var isRecordable: Bool { get }

  /// Why it cannot differentiate an objective; nil where it can.
  func objection(to objective: any MetaObjective) -> String?

  /// Adaptation steps whose graphs are alive at one time, of so many.
  func liveSteps(of steps: Int) -> Int

  /// Adapts to the support sets of a shard and differentiates an objective.
  ///
  /// - Parameters:
  ///   - objective: What is differentiated.
  ///   - inner: Adaptation, as the settings have it: ``adaptation(_:)`` is still to be applied.
  ///   - learned: Where.
  ///   - learner: Model and task loss.
  ///   - shard: The tasks, with as many support sets as the objective asks for.
  ///   - context: Where in the run this happens.
  /// - Returns: The sum over tasks of the gradients, with what is reported.
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
}

/// A differentiated objective.
public struct Differentiated: Sendable {
  /// The sum over the shard's tasks, one tensor for each learned one.
  public var gradient: MetaParameters<Tensor>
  /// The objective of each task, [T].
  public var objective: Tensor
  /// The query loss after adaptation, [T].
  public var queryLosses: Tensor
  /// Predictions for the query after adaptation, [T, M, outputs].
  public var predictions: Tensor
  /// Parameters after adaptation to the first support set, [T, …].
  public var adapted: ParameterTree<Tensor>
  /// Further numbers of each task by name, [T] each, as ``MetaGradient/metrics``.
  public var metrics = ParameterTree<Tensor>()

  /// Gathers a result.
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
  ///   - differentiate: Takes the gradient of a variable at others; backpropagation unless given.
  ///   - adapt: Adapts the learned variables, [T, …], to a support set.
  public init(
    _ objective: some MetaObjective, at learned: MetaParameters<Tensor>, _ learner: Learner, _ shard: Episodes,
    _ context: AdaptationContext,
    differentiating differentiate: (Variable, [Variable]) -> [Variable] = { Autograd.gradient(of: $0, at: $1) },
    adapting adapt: (MetaParameters<Variable>, LabelledSet) -> Trajectory
  ) {
    let leaves = learned.map { Variable($0) }
    let theta = leaves.map { $0.broadcastOverTasks(shard.count) }
    let adapted = shard.supports.prefix(objective.supports).map { adapt(theta, $0) }
    let value = objective(adapted, learner, shard, context)
    let gradients = KernelProfile.during(.outerGradient) { differentiate(value.objective, leaves.leaves) }
    self.init(learned.replacing(gradients.map(\.value)), value, adapted: adapted[0])
  }

  /// What a shard contributes to a step.
  public func contribution(_ shard: Episodes) -> MetaGradient {
    MetaGradient(gradient: gradient, losses: queryLosses, scored: .init(predictions, shard.query.targets), metrics: metrics)
  }
}

/// All ways of differentiation linked into this program.
public enum DifferentiationRegistry {
  /// The registry; reading it walks the linker section anew.
  public static var all: Registry<any Differentiation.Type> { Registry(.differentiations) { $0.card.id } }

  /// The types in the order of their ids.
  static let types = all.items.map(\.item)

  /// The way of an id.
  /// - Throws: `LookupError` with the nearest id.
  public static func type(of id: String) throws(LookupError) -> any Differentiation.Type {
    try all.item(id, kind: "way of differentiation")
  }
}
