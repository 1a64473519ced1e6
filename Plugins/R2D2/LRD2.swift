public import Algorithms
public import Autograd
public import Models
public import Registry
public import Tasks
public import TensorCore

/// LR-D2: logistic regression of each class against the rest on the features of the support set, by a few differentiated Newton steps.
///
/// ```
/// μ = σ(X·w)        s = μ(1 − μ)        z = X·w + (y − μ)/s        w ← Xᵀ(XXᵀ + λ·diag(s)⁻¹)⁻¹z
/// logits = scale·f(x)·w + shift, one w for each class, from w = 0
/// ```
/// X are the support features and y is 1 for the class, else 0. λ, scale and shift are learned with the embedding.
///
/// Nothing is divided by s, which may be 0: with w = Xᵀα, K = XXᵀ, r = √s and b = s·K·α + y − μ, a step is
/// α ← (b − r·(λI + diag(r)·K·diag(r))⁻¹·r·K·b)/λ (Rasmussen and Williams, 2006, algorithm 3.1).
/// - SeeAlso: Bertinetto, Henriques, Torr and Vedaldi, ICLR 2019, section 3, <https://arxiv.org/abs/1805.08136>, where the
///   tasks are binary; one class against the rest is in the authors' code. Deviations: features have no column of ones, log λ is learned
///   instead of λ, and the logits have scale and shift. λ = 1 and 5 steps are ours; the authors' scripts start from λ = 50.
public struct LRD2: MetricAlgorithm {
  public static let card = AlgorithmCard(
    id: "lr-d2", title: "LR-D2: logistic regression on a learned embedding",
    citation: "Bertinetto et al., ICLR 2019, section 3, https://arxiv.org/abs/1805.08136", metaGradient: .exact, family: .metric,
    isCompared: false)

  public static let hyperparameters =
    HyperparameterTable<LRD2>([.integer("steps", \.steps, in: 1...100, "Newton steps of the logistic regression.")])
    + .flattened(\.head, RegressionHead.hyperparameters)

  /// Newton steps.
  public var steps = 5
  /// The learned numbers.
  public var head = RegressionHead(ridge: 1, scale: 1)

  public init() {}

  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration { .ofComparisons(for: signature) }

  public func initialComparison(width: Int, from stream: RandomStream, dtype: DType) -> ParameterTree<Tensor> { head.initial(dtype) }

  public func compare(_ support: Variable, _ targets: Targets, _ query: Variable, _ own: ParameterTree<Variable>) -> Variable {
    let labels = classMembers(targets, support.value.dtype).transposed([0, 2, 1])  // [T, ways, N]
    let kernel = support.matmul(support, transposeSecond: true)
    var coefficients = Variable(constant: .zeros(labels.shape, labels.value.dtype))
    for _ in 0..<steps { coefficients = newtonStep(coefficients, kernel, labels, own) }
    let outputs = query.matmul(support, transposeSecond: true).matmul(coefficients, transposeSecond: true)
    return head.logits(outputs, own)
  }

  /// α after one more step, [T, ways, N].
  private func newtonStep(_ alpha: Variable, _ kernel: Variable, _ labels: Variable, _ own: ParameterTree<Variable>) -> Variable {
    let (tasks, ways, rows) = (labels.shape[0], labels.shape[1], labels.shape[2])
    let scores = alpha.matmul(kernel)
    let means = scores.sigmoid()
    let curvature = means * (-scores).sigmoid()
    let root = curvature.safeSquareRoot()
    let right = curvature * scores + labels - means
    let identity = Variable(constant: .identity(rows, labels.value.dtype))
    let system =
      root.reshaped([tasks, ways, rows, 1]) * root.reshaped([tasks, ways, 1, rows]) * kernel.reshaped([tasks, 1, rows, rows])
      + identity * head.strength(own, rank: 4)
    let solution = system.reshaped([tasks * ways, rows, rows])
      .solvingPositiveDefinite((root * right.matmul(kernel)).reshaped([tasks * ways, rows, 1]))
    return (right - root * solution.reshaped(labels.shape)) / head.strength(own, rank: 3)
  }

  public func learnedValues(_ state: MetaState) -> [LearnedValue] { head.learnedValues(state.learned.own) }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: LRD2.self) }
)
