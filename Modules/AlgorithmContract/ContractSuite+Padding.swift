import Algorithms
import Tasks
import TensorCore

/// The check that padding does not count.
extension ContractSuite {
  var paddingFinding: ContractFinding {
    guard algorithm.acceptsPadding else { return notApplicable(.padding, "tasks of different sizes are shards of their own") }
    let shard = tasks
    let exact = algorithm.metaGradient(state, problem.learner, shard, context)
    let padded = algorithm.metaGradient(state, problem.learner, shard.padded, context)
    let gradients = Agreement.distance(exact.gradient, padded.gradient)
    let losses = Agreement.distance(exact.losses, padded.losses)
    let scores = exact.scores(problem.learner).map { Agreement.distance($0, padded.scores(problem.learner) ?? []) } ?? 0
    return finding(
      .padding, max(gradients, losses, scores) <= Agreement.padding,
      "with padding, the gradient differs by \(Float(gradients)), losses by \(Float(losses)), scores by \(Float(scores))")
  }
}

extension Episodes {
  /// The shard with padding that would change every result if it counted: the samples again, with twice the inputs.
  fileprivate var padded: Episodes {
    func padded(_ set: LabelledSet) -> LabelledSet {
      let twice = LabelledSet(inputs: set.inputs.map(.affine(factor: 2, offset: 0)), targets: set.targets)
      let both = set.concatenated(with: twice)
      let mask = Tensor.ones([count, set.inputs.shape[1]], .float32).padded(to: both.inputs.shape[1], at: 0, along: 1)
      return LabelledSet(inputs: both.inputs, targets: .padded(both.targets, mask: mask))
    }
    return Episodes(support: padded(support), query: padded(query), furtherSupports: furtherSupports.map(padded))
  }
}
