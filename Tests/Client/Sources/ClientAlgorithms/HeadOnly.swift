import Algorithms
import Registry

/// A template for an algorithm of your own: MAML that adapts the last layer alone.
///
/// ```
/// θ = (body, head)        head′ᵢ = head − α ∇head L(supportᵢ; body, head)        θ ← θ − β ∇θ Σᵢ L(queryᵢ; body, head′ᵢ)
/// ```
/// Everything is a pure function of its arguments. The meta-trainer draws the tasks, sums the gradients and updates θ; the inner loop,
/// the query loss and its derivative are the framework's. A model without a head is refused by `validate`.
/// - SeeAlso: Raghu et al., "Rapid learning or feature reuse? Towards understanding the effectiveness of MAML", ICLR 2020,
///   section 4 (almost no inner loop), <https://arxiv.org/abs/1909.09157>.
struct HeadOnly: DifferentiatingAlgorithm {
  static let card = AlgorithmCard(
    id: "head-only", title: "MAML that adapts the last layer alone", citation: "Raghu et al., ICLR 2020, https://arxiv.org/abs/1909.09157",
    metaGradient: .exact)

  /// What can be set from the command line, with types and ranges.
  static let hyperparameters =
    HyperparameterTable<HeadOnly>.nested("inner", \.inner, InnerLoop.hyperparameters) + objectiveSettings(\.objective)

  /// How a task is adapted to.
  var inner: InnerLoop = {
    var inner = InnerLoop(steps: 2, learningRate: 0.1)
    inner.adapts = .head
    return inner
  }()
  /// What is differentiated, and how.
  var objective = Selection(QueryLoss.self)
  var differentiation: Selection { Selection(Unrolled.self) }
}

// The record makes the algorithm known by being linked: nobody keeps a list.
#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: HeadOnly.self) }
)
