public import Models
public import Registry
public import Tasks
public import TensorCore

/// A meta-learning algorithm: one file, from the card with its citation to the registration in the last lines.
///
/// The meta-trainer, not the algorithm, cuts the meta-batch into shards, sums their gradients in a fixed order and applies the
/// outer optimizer. Every function is a pure function of its arguments; a shard's graph lives on one thread.
///
/// This protocol defines the algorithm itself. Four more protocols have default implementations: ``TrainingBehaviour`` for training,
/// ``PublishedSettings`` for published settings, ``Applicability`` for supported tasks and models, and ``Scoring``.
public protocol Algorithm: TrainingBehaviour, PublishedSettings, Applicability, Scoring {
  /// Name, source and kind of meta-gradient.
  static var card: AlgorithmCard { get }
  /// The settings, such as "inner.learningRate".
  static var hyperparameters: HyperparameterTable<Self> { get }

  /// Creates the algorithm with its default settings.
  init()

  /// Number of adaptation steps in meta-training.
  var adaptationSteps: Int { get }

  /// Creates the state before the first meta-update.
  func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState

  /// Computes a shard's contribution to a meta-training step.
  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient

  /// Adapts to support sets, without access to a query.
  ///
  /// - Returns: The adapted states after 0, 1, …, `steps` adaptation steps. The list may be shorter if further steps change nothing; its
  ///   last state then stands for the rest.
  func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted]

  /// Predicts [T, M, outputs] for query inputs [T, M, …], without access to query labels.
  func predict(
    _ adapted: Adapted, _ learner: Learner, query: Tensor, mode: NormalisationMode, _ context: AdaptationContext
  ) -> Tensor
}

extension Algorithm {
  public func predict(
    _ adapted: Adapted, _ learner: Learner, query: Tensor, mode: NormalisationMode, _ context: AdaptationContext
  ) -> Tensor {
    learner.predict(adapted.parameters, support: adapted.support.inputs, query: query, mode: mode)
  }
}

/// The state of one task, or of several tasks, after some adaptation steps.
public struct Adapted: Sendable {
  /// Adapted parameters, [T, …] each.
  public let parameters: ParameterTree<Tensor>
  /// The support sets used in adaptation; normalisation by support statistics needs them.
  public let support: LabelledSet

  /// Creates a state from adapted parameters and the support sets behind them.
  public init(parameters: ParameterTree<Tensor>, support: LabelledSet) {
    self.parameters = parameters
    self.support = support
  }
}

/// All algorithms linked into this program.
public enum AlgorithmRegistry {
  /// The registry, rebuilt from the linker section on every read.
  public static var all: Registry<any Algorithm.Type> { Registry(.algorithms) { $0.card.id } }

  /// Looks up an algorithm by id.
  /// - Throws: `LookupError` with the nearest id.
  public static func type(of id: String) throws(LookupError) -> any Algorithm.Type { try all.item(id, kind: "algorithm") }
}
