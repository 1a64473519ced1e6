import Models
import TensorCore

/// What the trainer takes from a shard beside its gradient.
struct ShardReport: Sendable {
  let losses: [Double]
  let scores: [Double]?
  /// Further numbers of each task by name.
  let metrics: [(name: String, values: [Double])]

  init(_ result: MetaGradient, _ learner: Learner) {
    losses = result.losses
    scores = result.scores(learner)
    metrics = result.metrics.isEmpty ? [] : result.metrics.entries.map { ($0.name, $0.leaf.doubles) }
  }
}

/// A mean in the making, over the tasks of a step in their order.
struct Average {
  private var total = 0.0
  private var count = 0

  init(_ numbers: some Sequence<Double>) {
    for number in numbers {
      total += number
      count += 1
    }
  }

  /// False where one of the numbers, or their total, is infinite or not a number.
  var isFinite: Bool { total.isFinite }
  /// Nil where there are no numbers.
  var mean: Double? { count == 0 ? nil : total / Double(count) }
}
