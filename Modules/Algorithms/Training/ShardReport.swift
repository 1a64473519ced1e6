import Models
import TensorCore

/// What the trainer takes from a shard beside its gradient.
struct ShardReport: Sendable {
  let losses: [Double]
  let accuracies: [Double]?
  let carried: ParameterTree<Tensor>?

  /// - Throws: ``TrainingError/misfit(algorithm:)`` where the gradient's names and shapes are not those of what is learned.
  init(_ result: MetaGradient, _ learner: Learner, _ layout: FlatParameters, of algorithm: any Algorithm) throws {
    guard layout.fits(result.gradient) else { throw TrainingError.misfit(algorithm: type(of: algorithm).card.id) }
    losses = result.losses
    accuracies = result.accuracies(learner)
    carried = result.carried
  }
}
