public import Algorithms
public import Registry
public import TensorCore

/// Thompson sampling: draws each arm's probability from its posterior and pulls the best draw.
///
/// ```
/// p ~ Beta(1 + successes, 1 + failures)        for each arm, from a uniform prior
/// ```
/// For rewards that are 0 or 1.
/// - SeeAlso: Thompson, Biometrika 25, 1933, <https://doi.org/10.1093/biomet/25.3-4.285>.
public struct ThompsonSampling: ArmStrategy {
  public static let card = AlgorithmCard(
    id: "thompson", title: "Baseline for bandits: Thompson sampling",
    citation: "Thompson, Biometrika 25, 1933, https://doi.org/10.1093/biomet/25.3-4.285",
    metaGradient: .none, family: .baseline)

  public static let hyperparameters = HyperparameterTable<ThompsonSampling>([])

  public init() {}

  public func arm(_ successes: [Double], _ pulls: [Double], from stream: inout RandomStream) -> Int {
    let draws = zip(successes, pulls).map { successes, pulls in
      let (paid, rest) = (stream.gamma(1 + max(successes, 0)), stream.gamma(1 + max(pulls - successes, 0)))
      return paid / (paid + rest)
    }
    return draws.indices.dropFirst().reduce(0) { draws[$1] > draws[$0] ? $1 : $0 }
  }
}

extension RandomStream {
  /// Draws from a gamma distribution with a shape of at least 1 and scale 1.
  ///
  /// - SeeAlso: Marsaglia and Tsang, "A simple method for generating gamma variables", ACM Transactions on Mathematical Software
  ///   26, 2000, without the shortcut that saves logarithms.
  fileprivate mutating func gamma(_ shape: Double) -> Double {
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let v = 1 + c * x
      let u = 1 - uniform()
      guard v > 0 else { continue }
      let cube = v * v * v
      if logarithm(u) < 0.5 * x * x + d - d * cube + d * logarithm(cube) { return d * cube }
    }
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: ThompsonSampling.self) }
)
