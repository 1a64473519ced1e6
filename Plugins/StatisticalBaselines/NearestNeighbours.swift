public import Algorithms
import Models
public import Registry
public import Tasks
public import TensorCore

/// Predicts from the nearest support samples, by Euclidean distance; nothing is learned.
///
/// Numbers: the mean of the neighbours' targets. Classes: logits log((votes + 1) / (k + ways)), where nearer neighbours decide a tie.
/// Targets of 0 and 1: the difference of the two logits. Images are vectors of pixels.
/// - SeeAlso: Cover and Hart, IEEE Transactions on Information Theory 13, 1967, <https://doi.org/10.1109/TIT.1967.1053964>. The added
///   votes, which keep logits finite, are ours.
public struct NearestNeighbours: StatisticalBaseline {
  public static let card = AlgorithmCard(
    id: "knn", title: "Baseline: k nearest neighbours in the support set",
    citation: "Cover and Hart, IEEE Transactions on Information Theory 13, 1967, https://doi.org/10.1109/TIT.1967.1053964",
    metaGradient: .none, family: .baseline)

  public static let hyperparameters = HyperparameterTable<NearestNeighbours>([
    .integer("neighbours", \.neighbours, in: 1...1000, "Neighbours that predict, at most the whole support set.")
  ])

  /// Number of neighbours, k.
  public var neighbours = 5

  public init() {}

  /// Takes no more neighbours than a class has support samples, or than half of the support set if there are no classes.
  ///
  /// With all of them, every prediction would be the mean of the support targets.
  public mutating func adopt(_ signature: TaskSignature) {
    let groups = signature.taskLoss.targets == .classes ? signature.outputs : 2
    neighbours = max(1, min(neighbours, signature.supportCount / max(groups, 1)))
  }

  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    [Adapted(parameters: ParameterTree(), support: support)]
  }

  public func predict(_ adapted: Adapted, _ learner: Learner, query: Tensor, mode: NormalisationMode, _ context: AdaptationContext)
    -> Tensor
  {
    let (x, y) = (adapted.support.vectors, adapted.support.numbers)
    let asked = query.converted(to: .float64).asVectors
    let weights = Self.weights(of: x, for: asked, min(neighbours, x.shape[1]))
    let sums = weights.matmul(y)
    let count = Double(min(neighbours, x.shape[1]))
    switch learner.taskLoss.targets {
    case .values, .rewards: return ((1 / count) * sums).converted(to: query.dtype)
    case .classes:
      let logits = sums.map(.affine(factor: 1, offset: 1)).map(.logarithm)
      return logits.map(.affine(factor: 1, offset: -naturalLogarithm(count + Double(y.shape[2])))).converted(to: query.dtype)
    case .binary:
      let (ones, zeros) = (sums.map(.affine(factor: 1, offset: 1)), sums.map(.affine(factor: -1, offset: 1 + count)))
      return (ones.map(.logarithm) - zeros.map(.logarithm)).converted(to: query.dtype)
    }
  }

  /// One for each of a query's nearest support samples, else zero: [T, M, N]; the sum of each row is `count`.
  ///
  /// Nearer neighbours weigh a millionth more, and farther ones less, which decides ties between classes.
  private static func weights(of support: Tensor, for query: Tensor, _ count: Int) -> Tensor {
    // ‖q − s‖² without ‖q‖², which is the same for all neighbours.
    let norms = support.map(.square).sum([2]).reshaped([support.shape[0], 1, support.shape[1]])
    let distances = (norms - 2 * query.matmul(support, transposeSecond: true)).doubles
    let rows = support.shape[1]
    var weights = [Double](repeating: 0, count: distances.count)
    for first in stride(from: 0, to: distances.count, by: rows) {
      let nearest = (0..<rows).sorted { (distances[first + $0], $0) < (distances[first + $1], $1) }.prefix(count)
      for (rank, sample) in nearest.enumerated() {
        weights[first + sample] = 1 + 1e-6 * (Double(count - 1) / 2 - Double(rank)) / Double(count)
      }
    }
    return Tensor(numbers: weights, [support.shape[0], query.shape[1], rows])
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: NearestNeighbours.self) }
)
