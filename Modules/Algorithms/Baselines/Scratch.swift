import Models
public import Registry
public import Tasks
public import TensorCore

/// A baseline: a random initialisation, fine-tuned on a task's support set.
///
/// Nothing is meta-learned.
public struct Scratch: InnerLoopAlgorithm {
  public static let card = AlgorithmCard(
    id: "scratch", title: "Baseline: random initialisation, then fine-tuning",
    citation: "Finn et al., ICML 2017, section 5.3 (random initialisation), https://arxiv.org/abs/1703.03400", metaGradient: .none,
    family: .baseline)

  public static let hyperparameters: HyperparameterTable<Scratch> =
    .nested("inner", \.inner, InnerLoop.hyperparameters.without("steps"))

  /// The fine-tuning loop for testing.
  public var inner = InnerLoop()

  public init() {}

  public var adaptationSteps: Int { 0 }

  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    MetaState(fixedInitial: learner.model.initialParameters(from: stream, dtype: dtype))
  }

  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    let start = adapt(state, learner, support: shard.support, steps: 0, context)[0]
    let predictions = predict(start, learner, query: shard.query.inputs, mode: learner.trainingMode, context)
    return MetaGradient(
      gradient: MetaParameters(), losses: learner.losses(predictions, shard.query.targets),
      scored: .init(predictions, shard.query.targets))
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: Scratch.self) }
)
