import Algorithms
import Registry

/// A template for an algorithm of your own: MAML that adapts the last layer alone.
///
/// ```
/// θ = (body, head)        head′ᵢ = head − α ∇head L(supportᵢ; body, head)        θ ← θ − β ∇θ Σᵢ L(queryᵢ; body, head′ᵢ)
/// ```
/// All methods are pure functions of their arguments. The meta-trainer draws the tasks, sums the gradients and updates θ. The framework
/// provides the inner loop, the query loss and its derivative. `validate` refuses a model without a head.
/// - SeeAlso: Raghu et al., "Rapid learning or feature reuse? Towards understanding the effectiveness of MAML", ICLR 2020,
///   section 4 (almost no inner loop), <https://arxiv.org/abs/1909.09157>.
struct HeadOnly: DifferentiatingAlgorithm {
  static let card = AlgorithmCard(
    id: "head-only", title: "MAML that adapts the last layer alone", citation: "Raghu et al., ICLR 2020, https://arxiv.org/abs/1909.09157",
    metaGradient: .exact)

  /// The settings of the command line, with types and ranges.
  static let hyperparameters =
    HyperparameterTable<HeadOnly>.nested("inner", \.inner, InnerLoop.hyperparameters) + objectiveSettings(\.objective)

  /// The inner loop, which adapts the head alone.
  var inner: InnerLoop = {
    var inner = InnerLoop(steps: 2, learningRate: 0.1)
    inner.adapts = .head
    return inner
  }()
  /// The meta-loss, and the way of differentiating through the inner loop.
  var objective = Selection(QueryLoss.self)
  var differentiation: Selection { Selection(Unrolled.self) }
}

// This record registers the algorithm when it is linked; there is no central list.
#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: HeadOnly.self) }
)
