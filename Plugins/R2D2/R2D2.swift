public import Algorithms
public import Autograd
public import Models
public import Registry
public import Tasks
public import TensorCore

/// R2-D2: ridge regression on the features of the support set, solved in closed form and differentiated through the solution.
///
/// ```
/// W = Xᵀ(XXᵀ + λI)⁻¹Y = (XᵀX + λI)⁻¹XᵀY        logits = scale·f(x)·W + shift
/// ```
/// X are the support features and Y one-hot labels. The smaller of the two systems is solved. λ, scale and shift are learned with the
/// embedding.
/// - SeeAlso: Bertinetto, Henriques, Torr and Vedaldi, ICLR 2019, section 3, <https://arxiv.org/abs/1805.08136>. Deviations:
///   features have no column of ones, and log λ is learned instead of λ. λ = 50 and scale 10 are those of the authors' code for Omniglot
///   (`omni20_r2d2_64c.sh`), which trains with 60 ways and keeps λ fixed.
public struct R2D2: MetricAlgorithm, ReferenceAlgorithm {
  public static let card = AlgorithmCard(
    id: "r2d2", title: "R2-D2: ridge regression on a learned embedding",
    citation: "Bertinetto et al., ICLR 2019, section 3, https://arxiv.org/abs/1805.08136", metaGradient: .exact, family: .metric)

  public static let hyperparameters = HyperparameterTable<R2D2>.flattened(\.head, RegressionHead.hyperparameters)

  /// The learned numbers.
  public var head = RegressionHead(ridge: 50, scale: 10)

  public init() {}

  /// Learns λ itself, as reference cases do.
  public init(_ reference: ReferenceCase) { head.isTransformed = false }

  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration { .ofComparisons(for: signature) }

  public func initialComparison(width: Int, from stream: RandomStream, dtype: DType) -> ParameterTree<Tensor> { head.initial(dtype) }

  public func compare(_ support: Variable, _ targets: Targets, _ query: Variable, _ own: ParameterTree<Variable>) -> Variable {
    let labels = classMembers(targets, support.value.dtype)
    let isWide = support.shape[1] <= support.shape[2]
    let gram = isWide ? support.matmul(support, transposeSecond: true) : support.matmul(support, transposeFirst: true)
    let system = gram + Variable(constant: .identity(gram.shape[1], gram.value.dtype)) * head.strength(own, rank: 3)
    let weights =
      isWide
      ? support.matmul(system.solvingPositiveDefinite(labels), transposeFirst: true)
      : system.solvingPositiveDefinite(support.matmul(labels, transposeFirst: true))
    return head.logits(query.matmul(weights), own)
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
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: R2D2.self) }
)
