import Models
import TensorCore

/// The values that the trainer takes from a shard in addition to its gradient.
struct ShardReport: Sendable {
  let losses: [Double]
  let scores: [Double]?
  /// Further named numbers per task.
  let metrics: [(name: String, values: [Double])]

  /// The tensors that a report reads.
  struct Source: Sendable {
    fileprivate let losses: Tensor
    fileprivate let scored: MetaGradient.Scored?
    fileprivate let metrics: ParameterTree<Tensor>

    init(_ result: MetaGradient) {
      (losses, scored, metrics) = (result.lossPerTask, result.scored, result.metrics)
    }
  }

  init(_ source: Source, _ learner: Learner) {
    losses = source.losses.doubles
    scores = source.scored.flatMap { learner.scores($0.predictions, $0.targets) }
    metrics = source.metrics.isEmpty ? [] : source.metrics.entries.map { ($0.name, $0.leaf.doubles) }
  }

  init(losses: [Double], scores: [Double]?, metrics: [(name: String, values: [Double])]) {
    (self.losses, self.scores, self.metrics) = (losses, scores, metrics)
  }

  /// The report of these tasks and of those of another report after them.
  func followed(by other: ShardReport) -> ShardReport {
    ShardReport(
      losses: losses + other.losses, scores: scores.flatMap { own in other.scores.map { own + $0 } },
      metrics: metrics.map { name, values in (name, values + (other.metrics.first { $0.name == name }?.values ?? [])) })
  }
}

/// Accumulates a mean over the tasks of a step, in their order.
struct Average {
  private var total = 0.0
  private var count = 0

  init(_ numbers: some Sequence<Double>) {
    for number in numbers {
      total += number
      count += 1
    }
  }

  /// False if a number, or the total, is infinite or NaN.
  var isFinite: Bool { total.isFinite }
  /// The mean; nil if there are no numbers.
  var mean: Double? { count == 0 ? nil : total / Double(count) }
}
