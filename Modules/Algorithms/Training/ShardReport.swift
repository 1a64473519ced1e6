import Models
import TensorCore

/// What the trainer takes from a shard beside its gradient.
struct ShardReport: Sendable {
  let losses: [Double]
  let accuracies: [Double]?
  let carried: ParameterTree<Tensor>?

  init(_ result: MetaGradient, _ learner: Learner) {
    losses = result.losses
    accuracies = result.accuracies(learner)
    carried = result.carried
  }
}
