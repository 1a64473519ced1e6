import Algorithms
import Models
import Tasks
import TensorCore

/// What is learned, and what a shard contributes to it.
extension ContractSuite {
  var initialStateFinding: ContractFinding {
    func made(_ seed: String, _ dtype: DType) -> MetaState {
      algorithm.initialState(problem.learner, from: SmokeProblem.stream.child(seed), dtype: dtype)
    }
    let (first, again, other) = (made("a", .float32), made("a", .float32), made("b", .float32))
    guard Agreement.identical(first.learned, again.learned), Agreement.identical(first.carried, again.carried) else {
      return finding(.initialState, false, "the same stream gives different numbers")
    }
    func outline(_ state: MetaState) -> [String] {
      state.learned.entries.map { "learned.\($0.name) \($0.leaf.shape)" }
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
    guard result.gradient.names == state.learned.names else {
      return finding(.contribution, false, "gradients \(result.gradient.names) for learned tensors \(state.learned.names)")
    }
    for (name, leaf) in state.learned.entries where result.gradient[name].shape != leaf.shape || result.gradient[name].dtype != leaf.dtype {
      return finding(.contribution, false, "\(name): a gradient \(result.gradient[name].shape) for a tensor \(leaf.shape)")
    }
    guard result.losses.count == tasks.count, result.losses.allSatisfy(\.isFinite) else {
      return finding(.contribution, false, "losses \(result.losses) for \(tasks.count) tasks")
    }
    if let accuracies = result.accuracies(problem.learner), accuracies.count != tasks.count || !accuracies.allSatisfy((0...1).contains) {
      return finding(.contribution, false, "accuracies \(accuracies) for \(tasks.count) tasks")
    }
    if let carried = result.carried, carried.names != state.carried.names {
      return finding(.contribution, false, "carried \(carried.names), the state has \(state.carried.names)")
    }
    return finding(.contribution, true, "a gradient for each learned tensor, a loss for each of \(tasks.count) tasks")
  }

  var additivityFinding: ContractFinding {
    guard takesSeveralTasks else { return notApplicable(.additivity, "the algorithm takes one task at a time") }
    let shard = problem.shard
    let together = algorithm.metaGradient(state, problem.learner, shard, context)
    let parts = [0..<1, 1..<shard.count].map { range in
      algorithm.metaGradient(
        state, problem.learner, shard[range], AdaptationContext(stream: context.stream, firstTask: range.lowerBound))
    }
    let sum = parts[0].gradient.zip(parts[1].gradient) { $0 + $1 }
    let gradients = Agreement.distance(together.gradient, sum)
    let losses = Agreement.distance(together.losses, parts[0].losses + parts[1].losses)
    return finding(
      .additivity, max(gradients, losses) <= Agreement.reordering,
      "the gradient differs by \(Float(gradients)) from the sum over smaller shards, losses by \(Float(losses)), relative to the norm")
  }
}
