public import Algorithms
public import Autograd
public import Models
public import Registry
public import Tasks

/// Prototypical networks: a query gets the class whose mean embedding is nearest.
///
/// ```
/// cₖ = mean of f(x) over the support of class k        p(y = k | x) = softmaxₖ(−‖f(x) − cₖ‖²)
/// ```
/// Nothing adapts, so there are no steps, and the head of the model is not learned.
/// - SeeAlso: Snell, Swersky and Zemel, NeurIPS 2017, algorithm 1 and equations 1 and 2, <https://arxiv.org/abs/1703.05175>. Deviation:
///   training episodes have the ways and queries of the tasks; the paper trains Omniglot with 60 ways.
public struct PrototypicalNetworks: MetricAlgorithm, ReferenceAlgorithm {
  public static let card = AlgorithmCard(
    id: "proto-net", title: "Prototypical networks",
    citation: "Snell et al., NeurIPS 2017, algorithm 1, https://arxiv.org/abs/1703.05175", metaGradient: .exact, family: .metric)

  public static let hyperparameters = HyperparameterTable<PrototypicalNetworks>([])

  public init() {}

  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration { .ofComparisons(for: signature) }

  public func compare(_ support: Variable, _ targets: Targets, _ query: Variable, _ own: ParameterTree<Variable>) -> Variable {
    negativeSquaredDistances(query, to: prototypes(of: support, targets))
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: PrototypicalNetworks.self) }
)
