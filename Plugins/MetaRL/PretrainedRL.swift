public import Algorithms
public import Registry

/// A control: one policy trained on all tasks at once, then adapted by policy gradients.
///
/// It learns what tasks have in common, but not how to adapt.
/// - SeeAlso: Finn et al., ICML 2017, section 5.3, "pretrained", <https://arxiv.org/abs/1703.03400>.
public struct PretrainedRL: PolicyAlgorithm {
  public static let card = AlgorithmCard(
    id: "pretrained", title: "Baseline: one policy for all tasks by TRPO, then policy gradients",
    citation: "Finn et al., ICML 2017, section 5.3, https://arxiv.org/abs/1703.03400", metaGradient: .estimate, family: .baseline)

  public static let hyperparameters =
    HyperparameterTable<PretrainedRL>.flattened(\.search, PolicySearch.adaptationSettings.without("inner.steps"))
    + HyperparameterTable<PretrainedRL>.flattened(\.search, PolicySearch.updateSettings)

  public var search: PolicySearch = {
    var search = PolicySearch()
    search.inner.steps = 0
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
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: PretrainedRL.self) }
)
