public import Registry
import TensorCore

/// Regression on sine waves that differ in amplitude, frequency and phase.
///
/// ```
/// y = A · sin(ωx + b)        A ~ U[0.1, 5]   ω ~ U[0.8, 1.2]   b ~ U[0, π]   x ~ U[−5, 5]
/// ```
/// - SeeAlso: Li et al., "Meta-SGD", 2017, section 4.1, <https://arxiv.org/abs/1707.09835>
public struct SinusoidFrequency: TaskDistribution {
  public static let card = TaskCard(
    id: "sinusoid-frequency", title: "sine waves of unknown amplitude, frequency and phase",
    citation: "Li et al., 2017, section 4.1, https://arxiv.org/abs/1707.09835")

  public static let hyperparameters =
    HyperparameterTable<SinusoidFrequency>([
      .count("shots", \.shots, least: \.leastShots, in: 1...100_000, "Support points of a task."),
      .integer("queries", \.queries, in: 1...100_000, "Query points of a task."),
    ]) + .nested("amplitude", \.amplitude, Interval.hyperparameters) + .nested("frequency", \.frequency, Interval.hyperparameters)
    + .nested("phase", \.phase, Interval.hyperparameters) + .nested("input", \.input, Interval.hyperparameters)

  /// Support points per task, K.
  public var shots = 10
  /// Fewest of them, if a number is drawn for each task; nil if all have ``shots``.
  public var leastShots: Int?
  /// Query points per task.
  public var queries = 10
  /// Range of A.
  public var amplitude = Interval(0.1, 5)
  /// Range of ω, in radians per unit of x.
  public var frequency = Interval(0.8, 1.2)
  /// Range of b, in radians.
  public var phase = Interval(0, .pi)
  /// Range of x.
  public var input = Interval(-5, 5)

  public init() {}

  public func prepare(source: String?) throws {
    try amplitude.validate("amplitude", of: Self.card.id)
    try frequency.validate("frequency", of: Self.card.id)
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
    let frequency = frequency.draw(from: &stream)
    let phase = phase.draw(from: &stream)
    return Curve(function: { amplitude * sine(frequency * $0 + phase) }, stream: stream)
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
  version: 1, accessor: { $0.initializeMemory(as: (any TaskDistribution.Type).self, to: SinusoidFrequency.self) }
)
