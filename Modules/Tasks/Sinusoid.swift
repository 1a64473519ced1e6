public import Registry
import TensorCore

/// Regression on sine waves that differ in amplitude and phase.
///
/// ```
/// y = A · sin(x − φ)        A ~ U[0.1, 5]   φ ~ U[0, π]   x ~ U[−5, 5]
/// ```
/// - SeeAlso: Finn et al., ICML 2017, section 5.1, <https://arxiv.org/abs/1703.03400>
public struct Sinusoid: TaskDistribution {
  public static let card = TaskCard(
    id: "sinusoid", title: "sine waves of unknown amplitude and phase",
    citation: "Finn et al., ICML 2017, section 5.1, https://arxiv.org/abs/1703.03400")

  public static let hyperparameters =
    HyperparameterTable<Sinusoid>([
      .count("shots", \.shots, least: \.leastShots, in: 1...100_000, "Support points of a task."),
      .integer("queries", \.queries, in: 1...100_000, "Query points of a task."),
    ]) + .nested("amplitude", \.amplitude, Interval.hyperparameters) + .nested("phase", \.phase, Interval.hyperparameters)
    + .nested("input", \.input, Interval.hyperparameters)

  /// Support points per task, K.
  public var shots = 10
  /// Fewest of them, if a number is drawn for each task; nil if all have ``shots``.
  public var leastShots: Int?
  /// Query points per task.
  public var queries = 10
  /// Range of A.
  public var amplitude = Interval(0.1, 5)
  /// Range of φ, in radians.
  public var phase = Interval(0, .pi)
  /// Range of x.
  public var input = Interval(-5, 5)

  public init() {}

  public func prepare(source: String?) throws {
    try amplitude.validate("amplitude", of: Self.card.id)
    try phase.validate("phase", of: Self.card.id)
    try input.validate("input", of: Self.card.id)
  }

  public var signature: TaskSignature {
    TaskSignature(
      inputShape: [1], outputs: 1, taskLoss: .meanSquaredError, supportCount: shots, queryCount: queries, suggestedModel: "mlp",
      shots: leastShots.map { $0...shots })
  }

  public var splitFingerprint: String { SplitFingerprint.digest(rangesOf: self) }

  private func curve(_ stream: RandomStream) -> Curve {
    var stream = stream
    let amplitude = amplitude.draw(from: &stream)
    let phase = phase.draw(from: &stream)
    return Curve(function: { amplitude * sine($0 - phase) }, stream: stream)
  }

  public func episode(_ index: Int, in split: Split, seed: UInt64) -> Episode {
    .regression(curve(stream(index, in: split, seed: seed)), inputs: input, shots: shots, queries: queries)
  }

  public func episodes(_ indices: Range<Int>, in split: Split, seed: UInt64) -> Episodes {
    episodes(indices, in: split, seed: seed, supports: 1)
  }

  public func episode(_ index: Int, in split: Split, seed: UInt64, supports: Int) -> Episode {
    episodes(index..<(index + 1), in: split, seed: seed, supports: supports)[task: 0]
  }

  public func episodes(_ indices: Range<Int>, in split: Split, seed: UInt64, supports: Int) -> Episodes {
    let stream = stream(in: split, seed: seed)
    return .regression(
      indices.map { curve(stream.child($0)) }, inputs: input, shots: shots, queries: queries, supports: supports)
  }
}

#if objectFormat(ELF)
@section("task_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__tasks") @used
#endif
private let record: RegistryRecord = (
  version: 1, accessor: { $0.initializeMemory(as: (any TaskDistribution.Type).self, to: Sinusoid.self) }
)
