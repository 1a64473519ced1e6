import Models
public import Registry
public import Tasks
public import TensorCore

/// The baseline that every algorithm must beat: it uses no model.
///
/// It predicts equal logits for classes and binary targets, and the mean of the support targets for regression.
public struct Chance: Algorithm {
  public static let card = AlgorithmCard(
    id: "chance", title: "Baseline: no model; equal logits, or the mean of the support targets", citation: "none", metaGradient: .none,
    family: .baseline)

  public static let hyperparameters = HyperparameterTable<Chance>([])

  public init() {}

  public var adaptationSteps: Int { 0 }

  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    MetaState(learned: MetaParameters())
  }

  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    let nothing = Adapted(parameters: ParameterTree(), support: shard.support)
    let predictions = predict(nothing, learner, query: shard.query.inputs, mode: learner.trainingMode, context)
    return MetaGradient(
      gradient: MetaParameters(), losses: learner.losses(predictions, shard.query.targets),
      scored: .init(predictions, shard.query.targets))
  }

  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    [Adapted(parameters: ParameterTree(), support: support)]
  }

  public func predict(_ adapted: Adapted, _ learner: Learner, query: Tensor, mode: NormalisationMode, _ context: AdaptationContext)
    -> Tensor
  {
    learner.baseline(adapted.support.targets, samples: query.shape[1], dtype: query.dtype)
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: Chance.self) }
)
