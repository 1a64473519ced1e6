public import Models
public import Registry
public import Tasks
public import TensorCore

/// A way to learn how to learn: one file, from the card with its citation to the registration in its last lines.
///
/// The meta-trainer, not the algorithm, cuts the meta-batch into shards, sums their gradients in a fixed order and applies the
/// outer optimizer. Every function here is a pure function of its arguments; a shard's graph lives on one thread.
public protocol Algorithm: Sendable {
  /// Name, source, and what the meta-gradient is.
  static var card: AlgorithmCard { get }
  /// The settings, "inner.learningRate" for example.
  static var hyperparameters: HyperparameterTable<Self> { get }

  /// The algorithm with its default settings.
  init()

  /// Takes the settings that the algorithm is published with for such tasks; settings made by hand come after.
  mutating func adopt(_ signature: TaskSignature)

  /// The meta-batch and the outer optimizer that suit such tasks; how long a run is, its user says.
  func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration

  /// True when ``metaGradient(_:_:_:_:)`` is tensor operations alone, the same ones for all shards of a shape.
  ///
  /// The meta-trainer then records it once and runs the recording again, with the same bits and without the work of building
  /// graphs. It is false by default, and has to be where Swift code acts on numbers that it reads from tensors, or draws from
  /// the context's streams. To read a number meanwhile is an error of the run; the contract suite compares recorded with
  /// eager steps.
  var isRecordable: Bool { get }

  /// Adaptation steps in meta-training.
  var adaptationSteps: Int { get }

  /// Everything that is meta-learned, at the start.
  func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState

  /// What a shard contributes to a step.
  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient

  /// Adapts to support sets; no query is reachable from here.
  ///
  /// - Returns: The adapted state after 0, 1, …, `steps` adaptation steps.
  func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted]

  /// Predictions [T, M, outputs] for query inputs [T, M, …]; no query label is reachable from here.
  func predict(_ adapted: Adapted, _ learner: Learner, query: Tensor, mode: NormalisationMode) -> Tensor

  /// The quantity that an `.exact` meta-gradient is the derivative of, for each task, [T].
  func metaObjective(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> Tensor

  /// Checks the settings against each other and against the learner, before a run.
  ///
  /// - Throws: ``AlgorithmError``
  func validate(_ learner: Learner, metaBatchSize: Int) throws(AlgorithmError)
}

extension Algorithm {
  public var isRecordable: Bool { false }
  public mutating func adopt(_ signature: TaskSignature) {}
  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration { TrainingConfiguration(for: signature) }
  public func validate(_ learner: Learner, metaBatchSize: Int) throws(AlgorithmError) {}

  public func predict(_ adapted: Adapted, _ learner: Learner, query: Tensor, mode: NormalisationMode) -> Tensor {
    learner.predict(adapted.parameters, support: adapted.support.inputs, query: query, mode: mode)
  }

  public func metaObjective(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> Tensor {
    let adapted = adapt(state, learner, support: shard.support, steps: adaptationSteps, context)[adaptationSteps]
    let predictions = predict(adapted, learner, query: shard.query.inputs, mode: learner.trainingMode)
    return learner.losses(predictions, shard.query.targets)
  }
}

extension Algorithm {
  /// The settings that adaptation diverges by: "inner.learningRate", or what an algorithm draws its rates from.
  static var innerRateKeys: [String] {
    let keys = hyperparameters.keys
    return keys.contains("inner.learningRate") ? ["inner.learningRate"] : keys.filter { $0.contains("Rate") }
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

/// Settings that do not go together.
public enum AlgorithmError: Error, Hashable, CustomStringConvertible {
  case needsMetaBatch(algorithm: String, expected: Int, found: Int, because: String)

  case needsMode(algorithm: String, setting: String, mode: String)
  case emptyRange(algorithm: String, setting: String, low: Double, high: Double)

  public var description: String {
    switch self {
    case .emptyRange(let algorithm, let setting, let low, let high):
      "\(algorithm): \(setting).low is \(low) and \(setting).high is \(high); the low end must not lie above the high end."
    case .needsMode(let algorithm, let setting, let mode): "\(algorithm): \(setting) goes with mode=\(mode) only."
    case .needsMetaBatch(let algorithm, let expected, let found, let because):
      "\(algorithm): the meta-batch is \(found), expected \(expected), because \(because)."
    }
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
