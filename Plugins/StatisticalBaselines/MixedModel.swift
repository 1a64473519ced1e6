public import Algorithms
public import Models
public import Registry
public import Tasks
public import TensorCore

/// The linear mixed model with random intercept and slope: every task has its own line around a common regression.
///
/// Meta-training estimates fixed effects of all inputs and variance components by restricted maximum likelihood. Adaptation predicts the
/// task's intercept and slope from its support set, the best linear unbiased prediction. By default the slope is that of the first input.
///
/// The estimate is from the first `tasks` episodes, support and query, each as a group of its own. Episodes draw groups with replacement,
/// and the algorithm cannot see which episodes are of one group. The estimate is thus that for the distribution of episodes: groups count
/// equally, and with few groups the variances between them lack the correction for their number. ``LinearMixedModel/fit(_:)`` is for
/// whole groups.
/// - SeeAlso: Laird and Ware, Biometrics 38, 1982, <https://doi.org/10.2307/2529876>; Patterson and Thompson, Biometrika 58, 1971,
///   <https://doi.org/10.1093/biomet/58.3.545>; Robinson, Statistical Science 6, 1991, <https://doi.org/10.1214/ss/1177011926>.
public struct MixedModel: StatisticalBaseline {
  public static let card = AlgorithmCard(
    id: "mixed-model", title: "Baseline: linear mixed model with random intercept and slope",
    citation: "Laird and Ware, Biometrics 38, 1982, https://doi.org/10.2307/2529876", metaGradient: .none, family: .baseline)

  public static let hyperparameters = HyperparameterTable<MixedModel>([
    .integer("slope", \.slope, in: -1...63, "Input with a random slope, counted from 0; -1 for a random intercept only."),
    .integer("tasks", \.tasks, in: 10...2000, "Meta-training tasks that the estimate is from, the first ones."),
  ])

  /// The input with a random slope, from 0; -1 for none.
  public var slope = 0
  /// Number of meta-training tasks that the estimate is from.
  public var tasks = 400

  /// The columns of [1 x] with random effects.
  private var places: [Int] { slope < 0 ? [0] : [0, 1 + slope] }

  public init() {}

  public var takesEmptySupport: Bool { true }

  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration { .manyTasks(for: signature) }

  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    try VectorRegression.validate(learner, signature, algorithm: Self.card.id, inputsLimit: 64)
    let inputs = signature.inputShape.elementCount
    guard slope < inputs else {
      throw .setting(algorithm: Self.card.id, text: "slope is \(slope), and there are \(inputs) inputs; set it to at most \(inputs - 1).")
    }
  }

  public func validate(carried: ParameterTree<Tensor>, after iteration: Int) throws(AlgorithmError) {
    for name in ["tasks", "fitted"] {
      let found = carried[name].scalar
      guard found >= 0, found <= Double(tasks), found.rounded() == found else {
        throw .carriedState(algorithm: Self.card.id, name: "carried.\(name)", found: found, limit: Double(tasks))
      }
    }
  }

  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    let sizes = VectorRegression(learner) ?? VectorRegression(inputs: 1, outputs: 1)
    let state = MixedModelState(sizes, capacity: tasks, effects: slope < 0 ? 1 : 2, dtype: dtype)
    return MetaState(learned: MetaParameters(), carried: state.tree)
  }

  public func observed(_ state: MetaState, _ shard: Episodes, _ context: AdaptationContext) -> ParameterTree<Tensor>? {
    let samples = shard.support.concatenated(with: shard.query)
    let columns = Tensor.concatenated([samples.vectors.withIntercept, samples.numbers], along: 2)
    return MixedModelState(state.carried).observed(columns, firstTask: context.firstTask)
  }

  public func carried(
    after carried: ParameterTree<Tensor>, observing observed: ParameterTree<Tensor>, tasks: Int
  ) -> ParameterTree<Tensor> {
    var state = MixedModelState(carried)
    state.add(observed, random: places)
    return state.tree
  }

  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    let coefficients = MixedModelState(state.carried).coefficients(for: support, random: places).converted(to: support.inputs.dtype)
    return [Adapted(parameters: ParameterTree([("coefficients", coefficients)]), support: support)]
  }

  public func predict(_ adapted: Adapted, _ learner: Learner, query: Tensor, mode: NormalisationMode, _ context: AdaptationContext)
    -> Tensor
  {
    query.withIntercept.matmul(adapted.parameters["coefficients"])
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: MixedModel.self) }
)
