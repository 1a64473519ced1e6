public import Algorithms
public import Autograd
public import Models
public import Registry
public import Tasks
import TensorCore

/// Matching networks: attention over the support samples, whose labels are averaged.
///
/// ```
/// p(y | x) = Σᵢ a(x, xᵢ)·onehot(yᵢ)        a(x, xᵢ) = softmaxᵢ(cos(f(x), f(xᵢ)))
/// ```
/// The outputs are log p, so that their cross-entropy is −log p(label). The cosine of a zero vector is 0.
/// - SeeAlso: Vinyals, Blundell, Lillicrap, Kavukcuoglu and Wierstra, NeurIPS 2016, section 2.1,
///   <https://arxiv.org/abs/1606.04080>. Deviation: support and query have the same embedding, without the full context of section 2.1.2,
///   as in the paper's simple form.
public struct MatchingNetworks: MetricAlgorithm, ReferenceAlgorithm {
  public static let card = AlgorithmCard(
    id: "matching-net", title: "Matching networks, without context embeddings",
    citation: "Vinyals et al., NeurIPS 2016, section 2.1, https://arxiv.org/abs/1606.04080", metaGradient: .exact, family: .metric,
    isCompared: false)

  public static let hyperparameters = HyperparameterTable<MatchingNetworks>([])

  public init() {}

  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration { .ofComparisons(for: signature) }

  /// Returns log-probabilities; −∞ for a class without support.
  public func compare(_ support: Variable, _ targets: Targets, _ query: Variable, _ own: ParameterTree<Variable>) -> Variable {
    cosineSimilarities(query, to: support).softmax().matmul(classMembers(targets, support.value.dtype)).log()
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: MatchingNetworks.self) }
)
