public import Algorithms
public import Registry
public import TensorCore

/// ε-greedy: the arm with the best mean reward so far, or with probability ε any arm.
///
/// An arm that was never pulled counts as paying 1. Ties go to the first arm.
/// - SeeAlso: Sutton and Barto, 2018, section 2.2, <http://incompleteideas.net/book/the-book-2nd.html>.
public struct EpsilonGreedy: ArmStrategy {
  public static let card = AlgorithmCard(
    id: "epsilon-greedy", title: "Baseline for bandits: the best arm so far, sometimes any arm",
    citation: "Sutton and Barto, 2018, section 2.2, http://incompleteideas.net/book/the-book-2nd.html", metaGradient: .none,
    family: .baseline)

  public static let hyperparameters = HyperparameterTable<EpsilonGreedy>([
    .real("epsilon", \.epsilon, in: 0...1, "Probability of a random arm.")
  ])

  /// Probability ε of a random arm.
  public var epsilon = 0.1

  public init() {}

  public func arm(_ successes: [Double], _ pulls: [Double], from stream: inout RandomStream) -> Int {
    // Both numbers are drawn at every choice, so that each choice consumes the same numbers.
    let (chance, any) = (stream.uniform(), stream.integer(below: pulls.count))
    guard chance >= epsilon else { return any }
    let means = zip(successes, pulls).map { $1 > 0 ? $0 / $1 : 1 }
    return means.indices.dropFirst().reduce(0) { means[$1] > means[$0] ? $1 : $0 }
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: EpsilonGreedy.self) }
)
