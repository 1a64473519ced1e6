public import Algorithms
public import Registry

/// Meta-reinforcement learning by MAML: an initial policy that a policy-gradient step adapts, with second derivatives.
///
/// ```
/// θ′ᵢ = θ − α ∇ surrogateᵢ(θ)        θ ← TRPO step on −Σᵢ return(θ′ᵢ), with trajectories of θ′ᵢ
/// ```
/// - SeeAlso: Finn et al., ICML 2017, algorithm 3, <https://arxiv.org/abs/1703.03400>. The default surrogate is the likelihood ratio of the
///   paper's code. Its second derivatives are biased; those of `surrogate=dice` are not, but have more variance, and it learns more slowly:
///   see ``Surrogate``. The default inner rate is 0.2, and then 0.1. The text of the paper says 0.1 and 0.05, and its published checkpoint
///   has 0.5 and 0.25, with which three of six small runs with `likelihood` ended in a bad optimum, and none of six with 0.2.
///   `inner.learn=learningRate` with `inner.granularity=parameter` learns a rate for each entry too, as Meta-SGD does.
public struct MAMLRL: PolicyAlgorithm {
  public static let card = AlgorithmCard(
    id: "maml-rl", title: "MAML for policies, second order, by TRPO",
    citation: "Finn et al., ICML 2017, algorithm 3, https://arxiv.org/abs/1703.03400", metaGradient: .estimate,
    published: [.navigation("-40.41 / -11.68 / -3.33 / -3.23")])

  public static let hyperparameters =
    HyperparameterTable<MAMLRL>.flattened(\.search, PolicySearch.adaptationSettings)
    + HyperparameterTable<MAMLRL>.nested("inner", \.search.inner, InnerLoop.learnedSettings.without("learnInitialisation"))
    + HyperparameterTable<MAMLRL>.flattened(\.search, PolicySearch.surrogateSettings)
    + HyperparameterTable<MAMLRL>.flattened(\.search, PolicySearch.updateSettings)

  public var search = PolicySearch()

  public init() {}
}

extension PublishedResult {
  /// A row of the MAML paper's table for navigation.
  static func navigation(_ result: String) -> PublishedResult {
    PublishedResult(
      task: "navigation", setting: "40 goals, 40 trajectories of 100 steps for each gradient step; return after 0 / 1 / 2 / 3 steps",
      result: result, source: "Finn et al., ICML 2017, Table 4, https://arxiv.org/abs/1703.03400")
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: MAMLRL.self) }
)
