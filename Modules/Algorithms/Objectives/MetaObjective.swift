public import Autograd
public import Models
public import Registry
public import Tasks
public import TensorCore

/// What meta-training minimises, as a function of adaptations: the meta-loss.
///
/// One file, registered in its last lines.
///
/// How it is differentiated is another question: ``Differentiation``.
public protocol MetaObjective: Configurable {
  /// Name and source.
  static var card: Card { get }

  /// Support sets of each task that are adapted to; 1 unless adaptations to several are compared.
  var supports: Int { get }

  /// Whether a task's loss depends on other tasks of the shard.
  var coupling: TaskCoupling { get }

  /// Whether it reads parameters before the last adaptation step.
  var readsPath: Bool { get }

  /// Whether its derivative goes through adaptation; false where it takes the adapted parameters as constants.
  var isThroughAdaptation: Bool { get }

  /// Why a way of differentiation makes nothing of it; nil where it does.
  func objection(to way: any Differentiation) -> String?

  /// What the meta-gradient is, where a way of differentiation gives one of a kind.
  func kind(by way: MetaGradientKind) -> MetaGradientKind

  /// Numbers that change from step to step, for so many adaptation steps: the context has them as `scheduled`.
  func scheduled(_ step: AdaptationContext.Step, adaptationSteps: Int) -> ParameterTree<Tensor>

  /// Checks the settings against the inner loop, before a run.
  ///
  /// - Throws: `HyperparameterError`
  func validate(_ inner: InnerLoop) throws(HyperparameterError)

  /// The objective of a shard's tasks; the meta-gradient is that of its mean over the meta-batch.
  ///
  /// - Parameters:
  ///   - trajectories: The adaptations to each of the support sets, in a graph.
  ///   - learner: Model and task loss.
  ///   - shard: The tasks.
  ///   - context: Where in the run this happens.
  /// - Returns: The objective of each task, [T], with what is reported.
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

/// The value of an objective, with what is reported of it.
public struct ObjectiveValue {
  /// The objective of each task, [T].
  public var objective: Variable
  /// The query loss after adaptation, [T], which is reported.
  public var queryLosses: Variable
  /// Predictions for the query after adaptation, [T, M, outputs].
  public var predictions: Variable

  /// Gathers a value.
  public init(_ objective: Variable, queryLosses: Variable, predictions: Variable) {
    self.objective = objective
    self.queryLosses = queryLosses
    self.predictions = predictions
  }

  /// The value of an objective around the query loss at adapted parameters.
  ///
  /// - Parameters:
  ///   - end: The adapted parameters.
  ///   - learner: Model and task loss.
  ///   - shard: The tasks.
  ///   - objective: What is made of the query losses, [T]; they are the objective themselves unless given.
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
  /// The registry; reading it walks the linker section anew.
  public static var all: Registry<any MetaObjective.Type> { Registry(.objectives) { $0.card.id } }

  /// The types in the order of their ids.
  static let types = all.items.map(\.item)

  /// The objective of an id.
  /// - Throws: `LookupError` with the nearest id.
  public static func type(of id: String) throws(LookupError) -> any MetaObjective.Type { try all.item(id, kind: "objective") }
}
