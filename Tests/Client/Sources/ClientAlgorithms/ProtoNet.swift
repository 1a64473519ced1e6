import Algorithms
import Autograd
import Models
import Registry
import Tasks

/// Prototypical networks: a query gets the class whose mean embedding is nearest.
///
/// ```
/// cₖ = mean of f(x) over the support of class k        p(y = k | x) = softmaxₖ(−‖f(x) − cₖ‖²)
/// ```
/// There is no adaptation, hence no steps, and the embedding's head is not learned.
/// - SeeAlso: Snell, Swersky and Zemel, NeurIPS 2017, algorithm 1, <https://arxiv.org/abs/1703.05175>.
struct ProtoNet: MetricAlgorithm {
  static let card = AlgorithmCard(
    id: "proto-net", title: "Prototypical networks", citation: "Snell et al., NeurIPS 2017, https://arxiv.org/abs/1703.05175",
    metaGradient: .exact)
  static let hyperparameters = HyperparameterTable<ProtoNet>([])

  func compare(_ support: Variable, _ targets: Targets, _ query: Variable, _ own: ParameterTree<Variable>) -> Variable {
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
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: ProtoNet.self) }
)
