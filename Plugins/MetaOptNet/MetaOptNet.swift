public import Algorithms
public import Autograd
public import Models
public import Registry
public import Tasks
public import TensorCore

/// MetaOptNet: a multi-class support vector machine on the features of the support set, differentiated through the steps of its solver.
///
/// ```
/// max over α of  Σₙ α[n, yₙ] − ½ Σₖ ‖Σₙ α[n, k]·f(xₙ)‖²        where Σₖ α[n, k] = 0,  α[n, k] ≤ C for k = yₙ, else ≤ 0
/// logits[k] = scale·Σₙ α[n, k]·f(xₙ)·f(x)
/// ```
/// The solver takes a fixed number of accelerated projected gradient steps from α = 0, with the rate 1/‖K‖ (Frobenius norm) for the kernel
/// K of the support set (Beck and Teboulle, SIAM Journal on Imaging Sciences 2, 2009). The scale is learned with the embedding.
/// - SeeAlso: Lee, Maji, Ravichandran and Soatto, CVPR 2019, section 3, <https://arxiv.org/abs/1904.03758>; Crammer and Singer,
///   JMLR 2, 2001. Deviations: the paper solves to convergence by an interior-point method and differentiates
///   its optimality conditions; its code adds the identity to K; there is no label smoothing. C is 1 instead of 0.1: on meta-validation of
///   Omniglot, 20-way 1-shot, 300 iterations give 74.0% instead of 64.2%.
public struct MetaOptNet: MetricAlgorithm {
  public static let card = AlgorithmCard(
    id: "meta-opt-net", title: "MetaOptNet: a support vector machine on a learned embedding",
    citation: "Lee et al., CVPR 2019, section 3, https://arxiv.org/abs/1904.03758", metaGradient: .exact, family: .metric, isCompared: false
  )

  public static let hyperparameters = HyperparameterTable<MetaOptNet>([
    .integer("steps", \.steps, in: 1...1000, "Projected gradient steps of the support vector machine."),
    .real("cost", \.cost, in: 1e-6...1e6, "Cost C of a support sample within the margin."),
    .real("scale", \.scale, in: -1e6...1e6, "Initial factor of the logits, which is learned."),
  ])

  /// Projected gradient steps.
  public var steps = 15
  /// C.
  public var cost = 1.0
  /// Initial factor.
  public var scale = 10.0

  public init() {}

  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration { .ofComparisons(for: signature) }

  public func initialComparison(width: Int, from stream: RandomStream, dtype: DType) -> ParameterTree<Tensor> {
    ParameterTree([("scale", Tensor(scale, dtype: dtype))])
  }

  public func compare(_ support: Variable, _ targets: Targets, _ query: Variable, _ own: ParameterTree<Variable>) -> Variable {
    let labels = classMembers(targets, support.value.dtype)
    let kernel = support.matmul(support, transposeSecond: true)
    let outputs = query.matmul(support, transposeSecond: true).matmul(dual(kernel, labels))
    return outputs * own["scale"].reshaped([outputs.shape[0], 1, 1])
  }

  /// α after all steps, [T, N, ways].
  func dual(_ kernel: Variable, _ labels: Variable) -> Variable {
    let rate = kernel.norm([1, 2]).safeReciprocal()
    let bounds = labels * cost
    var alpha = Variable(constant: .zeros(labels.shape, labels.value.dtype))
    var ahead = alpha
    for step in 0..<steps {
      let moved = ahead + rate * (labels - kernel.matmul(ahead))
      let next = bounds - (bounds - moved).projectedOntoSimplex(sum: cost)
      ahead = next.adding(next - alpha, scaledBy: Double(step) / Double(step + 3))
      alpha = next
    }
    return alpha
  }

  public func learnedValues(_ state: MetaState) -> [LearnedValue] {
    state.learned.own.entries.map { LearnedValue($0.name, of: nil, step: nil, entries: $0.leaf.doubles) }
  }
}

extension Variable {
  /// The nearest point of the simplex {p ≥ 0, Σ p = sum} for each row along the last axis, [T, N, ways].
  ///
  /// ```
  /// p = max(0, v − τ), τ such that Σ p = sum        vₖ stays positive if |R|·vₖ − Σ_R v + sum > 0, R = {j: vⱼ ≥ vₖ}
  /// ```
  /// The derivative is the one within the face of the simplex; the choice of the face has none.
  /// - SeeAlso: Duchi, Shalev-Shwartz, Singer and Chandra, ICML 2008, figure 1, here without sorting.
  func projectedOntoSimplex(sum total: Double) -> Variable {
    let (tasks, rows, ways) = (shape[0], shape[1], shape[2])
    let others = value.reshaped([tasks, rows, 1, ways])
    let larger = value.reshaped([tasks, rows, ways, 1]).combined(.greater, with: others).map(.affine(factor: -1, offset: 1))
    let counts = larger.sum([3]).reshaped(shape)
    let sums = (larger * others).sum([3]).reshaped(shape)
    let face = Variable(constant: (value * counts - sums).map(.affine(factor: 1, offset: total)).map(.step))
    let threshold = ((self * face).sum([2]) - total) / face.sum([2])
    return (self - threshold).gated(by: face)
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: MetaOptNet.self) }
)
