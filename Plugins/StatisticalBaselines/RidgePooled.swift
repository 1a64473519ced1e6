public import Algorithms
public import Models
public import Registry
public import Tasks
public import TensorCore

/// One ridge regression on all meta-training tasks pooled, without adaptation.
///
/// It accumulates the products of the columns [1 x y] over support and query samples of all meta-training tasks, and solves
/// ```
/// w = argmin ‖Y − XW‖² + λ‖W without intercept‖²
/// ```
/// Every episode counts as new samples, although episodes draw from the same data again and again. The estimate is thus that for the
/// distribution of episodes, and the more episodes there are, the less λ matters.
/// - SeeAlso: Hoerl and Kennard, Technometrics 12, 1970, <https://doi.org/10.1080/00401706.1970.10488634>. Here the intercept is not
///   penalised.
public struct RidgePooled: StatisticalBaseline {
  public static let card = AlgorithmCard(
    id: "ridge-pooled", title: "Baseline: one ridge regression on all tasks pooled, without adaptation",
    citation: "Hoerl and Kennard, Technometrics 12, 1970, https://doi.org/10.1080/00401706.1970.10488634", metaGradient: .none,
    family: .baseline)

  public static let hyperparameters = HyperparameterTable<RidgePooled>([
    .real("lambda", \.lambda, in: 1e-6...1e6, "Weight of the squared coefficients beside the sum of squared residuals.")
  ])

  private static let products = "products"

  /// Weight λ of the penalty.
  public var lambda = 1.0

  public init() {}

  /// A single iteration, the default without a gradient, sees 200 tasks.
  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration {
    .manyTasks(for: signature)
  }

  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    try VectorRegression.validate(learner, signature, algorithm: Self.card.id, inputsLimit: 200)
  }

  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    let width = VectorRegression(learner).map { 1 + $0.inputs + $0.outputs } ?? 0
    return MetaState(learned: MetaParameters(), carried: PreciseSum.split(Self.products, .zeros([width, width], .float64), dtype))
  }

  public func observed(_ state: MetaState, _ shard: Episodes, _ context: AdaptationContext) -> ParameterTree<Tensor>? {
    let samples = shard.support.concatenated(with: shard.query)
    let columns = Tensor.concatenated([samples.vectors.withIntercept, samples.numbers], along: 2)
    let (rows, width) = (columns.shape[0] * columns.shape[1], columns.shape[2])
    let pooled = columns.reshaped([1, rows, width])
    return PreciseSum.split(Self.products, pooled.matmul(pooled, transposeFirst: true)[0], shard.support.inputs.dtype)
  }

  public func carried(
    after carried: ParameterTree<Tensor>, observing observed: ParameterTree<Tensor>, tasks: Int
  ) -> ParameterTree<Tensor> {
    let sum = PreciseSum.joined(Self.products, carried) + PreciseSum.joined(Self.products, observed)
    return PreciseSum.split(Self.products, sum, carried.leaves[0].dtype)
  }

  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    let (products, outputs) = (PreciseSum.joined(Self.products, state.carried), support.targets.tensor.shape[2])
    let size = products.shape[0] - outputs
    var squares = products.slice(0..<size).sliced(0..<size, along: 1).doubles
    for place in 1..<max(size, 1) { squares[place * size + place] += lambda }
    let right = products.slice(0..<size).sliced(size..<(size + outputs), along: 1).doubles
    let solution = Tensor(numbers: Cholesky(squares, size: size).solve(right, columns: outputs), [size, outputs])
    let shared = solution.converted(to: support.inputs.dtype).expanded(over: support.inputs.shape[0])
    return [Adapted(parameters: ParameterTree([("coefficients", shared)]), support: support)]
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
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: RidgePooled.self) }
)
