public import Registry
import TensorCore

/// Two classes of points in the plane, separated by a random line through the origin, with some labels flipped.
///
/// ```
/// y = 1[w · x > 0]        w, x ~ N(0, I₂)        each y flipped with probability 0.05
/// ```
/// The target is the number y in an `[N, 1]` tensor, for one logit and the binary cross-entropy. Support and query counts are totals, not
/// counts per class. Both sets have flipped labels.
public struct LinearClassification: TaskDistribution {
  public static let card = TaskCard(
    id: "linear-classification", title: "points in the plane on two sides of an unknown line, labels partly flipped",
    citation: "this package: w, x ~ N(0, I), y = 1[w·x > 0] with label noise")

  public static let hyperparameters = HyperparameterTable<LinearClassification>([
    .count("shots", \.shots, least: \.leastShots, in: 1...100_000, "Support points of a task, both classes together."),
    .integer("queries", \.queries, in: 1...100_000, "Query points of a task, both classes together."),
    .real("flipProbability", \.flipProbability, in: 0...1, "Probability that a label is flipped."),
  ])

  /// Support points per task, over both classes.
  public var shots = 10
  /// Fewest of them, if a number is drawn for each task; nil if all have ``shots``.
  public var leastShots: Int?
  /// Query points per task, over both classes.
  public var queries = 10
  /// Probability that a label is flipped.
  public var flipProbability = 0.05

  public init() {}

  public var signature: TaskSignature {
    TaskSignature(
      inputShape: [2], outputs: 1, taskLoss: .binaryCrossEntropy, supportCount: shots, queryCount: queries,
      suggestedModel: "logistic", shots: leastShots.map { $0...shots })
  }

  public var splitFingerprint: String { SplitFingerprint.digest(rangesOf: self) }

  public func episode(_ index: Int, in split: Split, seed: UInt64) -> Episode { episode(index, in: split, seed: seed, supports: 1) }

  public func episode(_ index: Int, in split: Split, seed: UInt64, supports: Int) -> Episode {
    var stream = stream(index, in: split, seed: seed)
    let normal = (stream.normal(), stream.normal())
    let further = (1..<max(supports, 1)).map { points(shots, normal, from: stream.child("support \($0 + 1)")) }
    return Episode(
      support: points(shots, normal, from: stream.child("support")), query: points(queries, normal, from: stream.child("query")),
      furtherSupports: further)
  }

  private func points(_ count: Int, _ normal: (Double, Double), from stream: RandomStream) -> LabelledSet {
    var stream = stream
    var labels: [Float] = []
    let inputs = Tensor(shape: [count, 2]) { values in
      for index in 0..<count {
        let point = (Float(stream.normal()), Float(stream.normal()))
        values.initializeElement(at: 2 * index, to: point.0)
        values.initializeElement(at: 2 * index + 1, to: point.1)
        let isAbove = normal.0 * Double(point.0) + normal.1 * Double(point.1) > 0
        let isFlipped = stream.uniform() < flipProbability
        labels.append(isAbove != isFlipped ? 1 : 0)
      }
    }
    let targets = Tensor(shape: [count, 1]) { values in _ = values.initialize(from: labels) }
    return LabelledSet(inputs: inputs, targets: .values(targets))
  }
}

#if objectFormat(ELF)
@section("task_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__tasks") @used
#endif
private let record: RegistryRecord = (
  version: 1, accessor: { $0.initializeMemory(as: (any TaskDistribution.Type).self, to: LinearClassification.self) }
)
