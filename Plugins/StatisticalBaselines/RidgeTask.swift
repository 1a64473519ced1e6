public import Algorithms
import Models
public import Registry
public import Tasks
public import TensorCore

/// Ridge regression on the support set of each task; nothing is shared between tasks.
///
/// ```
/// w = argmin ‖Y − Ȳ − (X − X̄)w‖² + λ‖w‖²        prediction = Ȳ + (x − X̄)w
/// ```
/// Classes are regressed as one-hot rows, and the predictions serve as logits: the accuracy is meaningful, the cross-entropy is not that
/// of a probability model. Targets of 0 and 1 are regressed likewise, and 0.5 is subtracted. Images are vectors of pixels.
/// - SeeAlso: Hoerl and Kennard, Technometrics 12, 1970, <https://doi.org/10.1080/00401706.1970.10488634>. Here the intercept is not
///   penalised.
public struct RidgeTask: StatisticalBaseline {
  public static let card = AlgorithmCard(
    id: "ridge-task", title: "Baseline: ridge regression on the support set of each task",
    citation: "Hoerl and Kennard, Technometrics 12, 1970, https://doi.org/10.1080/00401706.1970.10488634", metaGradient: .none,
    family: .baseline)

  public static let hyperparameters = HyperparameterTable<RidgeTask>([
    .real("lambda", \.lambda, in: 1e-6...1e6, "Weight of the squared coefficients beside the sum of squared residuals.")
  ])

  /// Weight λ of the penalty.
  public var lambda = 1.0

  public init() {}

  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    let (x, y) = (support.vectors, support.numbers)
    let (tasks, rows, features, outputs) = (x.shape[0], x.shape[1], x.shape[2], y.shape[2])
    let (xMean, yMean) = (x.mean([1]).reshaped([tasks, 1, features]), y.mean([1]).reshaped([tasks, 1, outputs]))
    let (xRest, yRest) = (x - xMean, y - yMean)
    // (XᵀX + λI)⁻¹XᵀY = Xᵀ(XXᵀ + λI)⁻¹Y: solve the smaller system.
    let isDual = rows < features
    let squares = isDual ? xRest.matmul(xRest, transposeSecond: true) : xRest.matmul(xRest, transposeFirst: true)
    let right = isDual ? yRest : xRest.matmul(yRest, transposeFirst: true)
    let size = isDual ? rows : features
    let penalised = squares + lambda * Tensor.identity(size, .float64).reshaped([1, size, size])
    let solved = (0..<tasks).flatMap {
      Cholesky(penalised[$0].doubles, size: size, tolerance: 0).solve(right[$0].doubles, columns: outputs)
    }
    let solution = Tensor(numbers: solved, [tasks, size, outputs])
    let weight = isDual ? xRest.matmul(solution, transposeFirst: true) : solution
    let half = learner.taskLoss.targets == .binary ? 0.5 : 0
    let bias = (yMean - xMean.matmul(weight)).map(.affine(factor: 1, offset: -half))
    let parameters = ParameterTree([("weight", weight), ("bias", bias)]).map { $0.converted(to: support.inputs.dtype) }
    return [Adapted(parameters: parameters, support: support)]
  }

  public func predict(_ adapted: Adapted, _ learner: Learner, query: Tensor, mode: NormalisationMode, _ context: AdaptationContext)
    -> Tensor
  {
    query.asVectors.matmul(adapted.parameters["weight"]) + adapted.parameters["bias"]
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: RidgeTask.self) }
)
