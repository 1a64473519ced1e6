public import Autograd
public import Models
public import Registry
public import Tasks
public import TensorCore

/// The meta-loss: what meta-training minimises, as a function of adaptations.
///
/// Each objective is one file, registered in its last lines. A ``Differentiation`` method computes its gradient.
public protocol MetaObjective: Configurable {
  /// Name and source of the objective.
  static var card: Card { get }

  /// Number of support sets per task to adapt to; 1 unless the objective compares several adaptations.
  var supports: Int { get }

  /// Whether a task's loss depends on other tasks of the shard.
  var coupling: TaskCoupling { get }

  /// Whether the objective reads parameters before the last adaptation step.
  var readsPath: Bool { get }

  /// Whether the derivative passes through adaptation; false if the adapted parameters count as constants.
  var isThroughAdaptation: Bool { get }

  /// The reason why a differentiation method does not work with this objective; nil if it does.
  func objection(to way: any Differentiation) -> String?

  /// Kind of the meta-gradient, given the kind of the differentiation method.
  func kind(by way: MetaGradientKind) -> MetaGradientKind

  /// Numbers that change from step to step, for a number of adaptation steps; the context passes them as `scheduled`.
  func scheduled(_ step: AdaptationContext.Step, adaptationSteps: Int) -> ParameterTree<Tensor>

  /// Checks the settings against the inner loop, before a run.
  ///
  /// - Throws: `HyperparameterError`
  func validate(_ inner: InnerLoop) throws(HyperparameterError)

  /// Computes the objective of a shard's tasks; meta-training minimises its mean over the meta-batch.
  ///
  /// - Parameters:
  ///   - trajectories: The adaptations, one per support set, in a graph.
  ///   - learner: Model and task loss.
  ///   - shard: The tasks.
  ///   - context: The position in the run.
  /// - Returns: The objective of each task, [T], with the reported values.
  func callAsFunction(
    _ trajectories: [Trajectory], _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> ObjectiveValue
}

extension MetaObjective {
  public static var id: String { card.id }
  public static var hyperparameters: HyperparameterTable<Self> { HyperparameterTable([]) }
  public var supports: Int { 1 }
  public var coupling: TaskCoupling { .independent }
  public var readsPath: Bool { false }
  public var isThroughAdaptation: Bool { true }
  public func objection(to way: any Differentiation) -> String? { nil }
  public func kind(by way: MetaGradientKind) -> MetaGradientKind { way }
  public func scheduled(_ step: AdaptationContext.Step, adaptationSteps: Int) -> ParameterTree<Tensor> { ParameterTree() }
  public func validate(_ inner: InnerLoop) throws(HyperparameterError) {}
}

/// The value of an objective, with the values that are reported.
public struct ObjectiveValue {
  /// The objective of each task, [T].
  public var objective: Variable
  /// The query loss after adaptation, [T], which reports show.
  public var queryLosses: Variable
  /// Predictions for the query after adaptation, [T, M, outputs].
  public var predictions: Variable

  /// Creates a value from the objective, the query losses and the predictions, all in a graph.
  public init(_ objective: Variable, queryLosses: Variable, predictions: Variable) {
    self.objective = objective
    self.queryLosses = queryLosses
    self.predictions = predictions
  }

  /// Evaluates an objective that is a function of the query loss at adapted parameters.
  ///
  /// - Parameters:
  ///   - end: The adapted parameters.
  ///   - learner: Model and task loss.
  ///   - shard: The tasks.
  ///   - objective: Maps the query losses, [T], to the objective; by default the query losses are the objective.
  public init(
    at end: ParameterTree<Variable>, _ learner: Learner, _ shard: Episodes, _ objective: (Variable) -> Variable = { $0 }
  ) {
    let (predictions, losses) = KernelProfile.during(.forward) {
      let predictions = learner.queryPredictions(end, shard)
      return (predictions, learner.loss(predictions, shard.query.targets))
    }
    self.init(objective(losses), queryLosses: losses, predictions: predictions)
  }
}

/// All objectives linked into this program.
public enum ObjectiveRegistry {
  /// The registry, rebuilt from the linker section on every read.
  public static var all: Registry<any MetaObjective.Type> { Registry(.objectives) { $0.card.id } }

  /// The types, ordered by id.
  static let types = all.items.map(\.item)

  /// Looks up an objective by id.
  /// - Throws: `LookupError` with the nearest id.
  public static func type(of id: String) throws(LookupError) -> any MetaObjective.Type { try all.item(id, kind: "objective") }
}
