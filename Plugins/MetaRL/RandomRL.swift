public import Algorithms
import Models
public import Registry
public import Tasks
public import TensorCore

/// A control: a random policy, adapted by policy gradients; nothing is meta-learned.
///
/// - SeeAlso: Finn et al., ICML 2017, section 5.3, "random", <https://arxiv.org/abs/1703.03400>.
public struct RandomRL: PolicyAlgorithm {
  public static let card = AlgorithmCard(
    id: "random", title: "Baseline: random policy, then policy gradients",
    citation: "Finn et al., ICML 2017, section 5.3, https://arxiv.org/abs/1703.03400", metaGradient: .none,
    family: .baseline)

  public static let hyperparameters =
    HyperparameterTable<RandomRL>.flattened(\.search, PolicySearch.adaptationSettings.without("inner.steps"))

  public var search: PolicySearch = {
    var search = PolicySearch()
    search.inner.steps = 0
    search.update = .gradient
    return search
  }()

  public init() {}

  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    MetaState(fixedInitial: learner.model.initialParameters(from: stream, dtype: dtype))
  }

  /// Reports the returns of the random policy.
  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    let scores = score(state, learner, shard, steps: 0, mode: learner.trainingMode, context)
    let losses = Tensor(numbers: scores.losses.first ?? Array(repeating: 0, count: shard.count), shard.support.inputs.dtype)
    return MetaGradient(gradient: MetaParameters(), losses: losses, failure: scores.failure)
  }
}

extension Tensor {
  /// A vector of numbers.
  fileprivate init(numbers: [Double], _ dtype: DType) {
    self = Tensor(shape: [numbers.count], dtype: .float64) { bytes in
      _ = bytes.bindMemory(to: Double.self).initialize(fromContentsOf: numbers)
    }.converted(to: dtype)
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: RandomRL.self) }
)
