public import Models
public import Registry
public import Tasks
public import TensorCore

/// A way to learn how to learn: one file, from the card with its citation to the registration in its last lines.
///
/// The meta-trainer, not the algorithm, cuts the meta-batch into shards, sums their gradients in a fixed order and applies the
/// outer optimizer. Every function is a pure function of its arguments; a shard's graph lives on one thread.
///
/// What an algorithm is stands here. How it trains, which settings it is published with and what it can be used for have defaults:
/// ``TrainingBehaviour``, ``PublishedSettings``, ``Applicability`` and ``Scoring``.
public protocol Algorithm: TrainingBehaviour, PublishedSettings, Applicability, Scoring {
  /// Name, source, and what the meta-gradient is.
  static var card: AlgorithmCard { get }
  /// The settings, "inner.learningRate" for example.
  static var hyperparameters: HyperparameterTable<Self> { get }

  /// The algorithm with its default settings.
  init()

  /// Adaptation steps in meta-training.
  var adaptationSteps: Int { get }

  /// Everything that is meta-learned, at the start.
  func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState

  /// What a shard contributes to a step.
  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient

  /// Adapts to support sets; no query is reachable from here.
  ///
  /// - Returns: The adapted state after 0, 1, …, `steps` adaptation steps; fewer where more steps change nothing, and the last one
  ///   holds for the rest.
  func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted]

  /// Predictions [T, M, outputs] for query inputs [T, M, …]; no query label is reachable from here.
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

/// A task's (or several tasks') state after some adaptation steps.
public struct Adapted: Sendable {
  /// Adapted parameters, [T, …] each.
  public let parameters: ParameterTree<Tensor>
  /// The support sets that were adapted to: normalisation by support statistics needs them.
  public let support: LabelledSet

  /// Gathers a state.
  public init(parameters: ParameterTree<Tensor>, support: LabelledSet) {
    self.parameters = parameters
    self.support = support
  }
}

/// All algorithms linked into this program.
public enum AlgorithmRegistry {
  /// The registry; reading it walks the linker section anew.
  public static var all: Registry<any Algorithm.Type> { Registry(.algorithms) { $0.card.id } }

  /// The algorithm of an id.
  /// - Throws: `LookupError` with the nearest id.
  public static func type(of id: String) throws(LookupError) -> any Algorithm.Type { try all.item(id, kind: "algorithm") }
}
