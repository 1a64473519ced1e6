public import Algorithms
public import Registry

/// First-order MAML for policies: the gradient of the adapted policy counts as that of the initial one.
///
/// ```
/// dθ′ᵢ/dθ is taken as the identity
/// ```
/// - SeeAlso: Finn et al., ICML 2017, section 5.2, <https://arxiv.org/abs/1703.03400>, which names the approximation for supervised tasks.
public struct FirstOrderMAMLRL: PolicyAlgorithm {
  public static let card = AlgorithmCard(
    id: "fomaml-rl", title: "First-order MAML for policies, by TRPO",
    citation: "Finn et al., ICML 2017, section 5.2, https://arxiv.org/abs/1703.03400", metaGradient: .estimate)

  public static let hyperparameters =
    HyperparameterTable<FirstOrderMAMLRL>.flattened(\.search, PolicySearch.adaptationSettings)
    + HyperparameterTable<FirstOrderMAMLRL>.flattened(\.search, PolicySearch.updateSettings)

  public var search: PolicySearch = {
    var search = PolicySearch()
    search.derivative = .firstOrder
    return search
  }()

  public init() {}
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: FirstOrderMAMLRL.self) }
)
