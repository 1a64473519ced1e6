import Algorithms
import Registry

/// First-order MAML, whose meta-gradient is the query gradient at the adapted parameters.
///
/// ```
/// θ ← θ − β Σᵢ ∇ L(queryᵢ; θ′) at θ′ = θ′ᵢ
/// ```
/// Adaptation counts as a constant offset. There are no second derivatives, and no graph of an adaptation step outlives the step.
/// - SeeAlso: Finn, Abbeel and Levine, ICML 2017, section 5.2, <https://arxiv.org/abs/1703.03400>; Nichol, Achiam and Schulman, 2018,
///   section 2, <https://arxiv.org/abs/1803.02999>.
struct FirstOrderCopy: DifferentiatingAlgorithm {
  static let card = AlgorithmCard(
    id: "fomaml-copy", title: "First-order MAML, copied",
    citation: "Finn et al., ICML 2017, section 5.2, https://arxiv.org/abs/1703.03400", metaGradient: .firstOrder)

  static let hyperparameters =
    HyperparameterTable<FirstOrderCopy>.nested("inner", \.inner, InnerLoop.hyperparameters) + objectiveSettings(\.objective)

  var inner = InnerLoop()
  var objective = Selection(QueryLoss.self)
  var differentiation: Selection { Selection(FirstOrder.self) }

  init() {}

  /// First-order MAML with an inner loop.
  init(inner: InnerLoop) { self.inner = inner }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: FirstOrderCopy.self) }
)
