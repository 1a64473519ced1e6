import Algorithms
import Models
import Tasks
import TensorCore

/// Checks of the learned state and of a shard's contribution.
extension ContractSuite {
  var initialStateFinding: ContractFinding {
    func made(_ seed: String, _ dtype: DType) -> MetaState {
      algorithm.initialState(problem.learner, from: SmokeProblem.stream.child(seed), dtype: dtype)
    }
    let (first, again, other) = (made("a", .float32), made("a", .float32), made("b", .float32))
    guard Agreement.identical(first.learned.named, again.learned.named), Agreement.identical(first.carried, again.carried) else {
      return finding(.initialState, false, "the same stream gives different numbers")
    }
    func outline(_ state: MetaState) -> [String] {
      state.learned.named.entries.map { "learned.\($0.name) \($0.leaf.shape)" }
        + state.carried.entries.map { "carried.\($0.name) \($0.leaf.shape)" }
    }
    guard outline(first) == outline(other), outline(first) == outline(made("a", .float64)) else {
      return finding(.initialState, false, "names or shapes change: \(outline(first)) and \(outline(other))")
    }
    let leaves = first.learned.leaves + first.carried.leaves
    guard leaves.allSatisfy({ $0.dtype == .float32 && $0.isFinite }) else {
      return finding(.initialState, false, "float32 was asked for; not every tensor is finite float32")
    }
    return finding(.initialState, true, "\(first.learned.count) learned and \(first.carried.count) carried tensors")
  }

  var contributionFinding: ContractFinding {
    let result = algorithm.metaGradient(state, problem.learner, tasks, context)
    let (gradient, learned) = (result.gradient.named, state.learned.named)
    guard gradient.names == learned.names else {
      return finding(.contribution, false, "gradients \(gradient.names) for learned tensors \(learned.names)")
    }
    for (name, leaf) in learned.entries where gradient[name].shape != leaf.shape || gradient[name].dtype != leaf.dtype {
      return finding(.contribution, false, "\(name): a gradient \(gradient[name].shape) for a tensor \(leaf.shape)")
    }
    guard result.losses.count == tasks.count, result.losses.allSatisfy(\.isFinite) else {
      return finding(.contribution, false, "losses \(result.losses) for \(tasks.count) tasks")
    }
    if let scores = result.scores(problem.learner), scores.count != tasks.count || !scores.allSatisfy(\.isFinite) {
      return finding(.contribution, false, "scores \(scores) for \(tasks.count) tasks")
    }
    if let observed = result.observed, outline(observed) != outline(state.carried) {
      return finding(.contribution, false, "observed \(outline(observed)), the state carries \(outline(state.carried))")
    }
    if let (name, leaf) = result.metrics.entries.first(where: { $0.leaf.shape != [tasks.count] }) {
      return finding(.contribution, false, "metric \(name) of shape \(leaf.shape) for \(tasks.count) tasks")
    }
    return finding(.contribution, true, "a gradient for each learned tensor, a loss for each of \(tasks.count) tasks")
  }

  private func outline(_ tree: ParameterTree<Tensor>) -> [String] { tree.entries.map { "\($0.name) \($0.leaf.shape)" } }

  var additivityFinding: ContractFinding {
    guard takesSeveralTasks else { return notApplicable(.additivity, "the algorithm takes one task at a time") }
    return couplesTasks ? orderFinding : sumFinding
  }

  private var sumFinding: ContractFinding {
    let shard = shard()
    let together = algorithm.metaGradient(state, problem.learner, shard, context)
    let parts = [0..<1, 1..<shard.count].map { range in
      algorithm.metaGradient(state, problem.learner, shard[range], context(firstTask: range.lowerBound))
    }
    let sum = parts[0].gradient.zip(parts[1].gradient) { $0 + $1 }
    let gradients = Agreement.distance(together.gradient, sum)
    let losses = Agreement.distance(together.losses, parts[0].losses + parts[1].losses)
    return finding(
      .additivity, max(gradients, losses) <= Agreement.reordering,
      "the gradient differs by \(Float(gradients)) from the sum over smaller shards, losses by \(Float(losses)), relative to the norm")
  }

  /// Checks that the order of tasks does not matter if the objective compares them.
  private var orderFinding: ContractFinding {
    let shard = shard()
    let together = algorithm.metaGradient(state, problem.learner, shard, context)
    let turned = algorithm.metaGradient(state, problem.learner, shard.turned, context)
    let gradients = Agreement.distance(together.gradient, turned.gradient)
    let losses = Agreement.distance(together.losses, turned.losses.reversed())
    return finding(
      .additivity, max(gradients, losses) <= Agreement.reordering,
      "tasks are compared; in another order the gradient differs by \(Float(gradients)), losses by \(Float(losses)), relative to the norm")
  }

  var carryingFinding: ContractFinding {
    let result = algorithm.metaGradient(state, problem.learner, tasks, context)
    guard let observed = result.observed else { return notApplicable(.carrying, "nothing is observed") }
    let carried = algorithm.carried(after: state.carried, observing: observed, tasks: tasks.count)
    return finding(
      .carrying, outline(carried) == outline(state.carried), "carries \(outline(carried)) after a step, \(outline(state.carried)) before")
  }
}

extension Episodes {
  /// The tasks in reverse order.
  fileprivate var turned: Episodes {
    func turned(_ tensor: Tensor) -> Tensor {
      .concatenated((0..<tensor.shape[0]).reversed().map { tensor.slice($0..<($0 + 1)) }, along: 0)
    }
    func turned(_ set: LabelledSet) -> LabelledSet {
      LabelledSet(inputs: turned(set.inputs), targets: set.targets.mapTensor(turned))
    }
    return Episodes(support: turned(support), query: turned(query), furtherSupports: furtherSupports.map(turned))
  }
}
