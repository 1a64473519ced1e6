import Autograd
import Models
import TensorCore

/// An inner optimizer's state that persists from task to task, as a tree of tensors: "count", and "moment0.<parameter>", ….
///
/// It is the state after a single task, so it has no task axis.
enum CarriedMoments {
  private static let count = "count"
  private static func prefix(_ slot: Int) -> String { "moment\(slot)" }

  /// The state before the first task.
  static func start(of rule: any OptimizerRule.Type, like initial: ParameterTree<Tensor>, _ dtype: DType) -> ParameterTree<Tensor> {
    let zeros = initial.map { Tensor.zeros($0.shape, dtype) }
    let steps = ParameterTree([(name: count, leaf: Tensor(0, dtype: dtype))])
    return rule.slots.indices.reduce(steps) { $0.merging(zeros.prefixed(prefix($1))) }
  }

  /// Checks the number of steps.
  ///
  /// Up to 2²⁴ it is exact. Beyond, float32 rounds each sum, to twice the addend at most.
  /// - Parameters:
  ///   - carried: The carried state.
  ///   - most: The most steps that the inner optimizer can have taken.
  /// - Throws: The number and its limit, as an error of Reptile.
  static func validate(_ carried: ParameterTree<Tensor>, most: Double) throws(AlgorithmError) {
    guard carried.names.contains(count) else { return }
    let steps = carried[count].scalar
    guard steps >= 0, steps <= 2 * most, steps == steps.rounded() else {
      throw .carriedState(algorithm: Reptile.card.id, name: "carried.\(count)", found: steps, limit: 2 * most)
    }
  }

  /// The state with which a task's adaptation begins.
  static func state(_ rule: any OptimizerRule.Type, _ carried: ParameterTree<Tensor>) -> OptimizerState {
    // A program may resume from any number.
    let steps = Int(min(max(carried[count].scalar, 0), 1e9))
    guard steps > 0 else { return OptimizerState() }
    let trees = rule.slots.indices.map { slot in
      carried.subtree(prefix(slot)).map { Variable(constant: $0.reshaped($0.shape.inserting(1, at: 0))) }
    }
    return OptimizerState(trees, count: steps)
  }

  /// The state after a task's adaptation, as tensors to carry.
  static func carried(_ state: OptimizerState) -> ParameterTree<Tensor> {
    let dtype = state.trees.first?.leaves.first?.value.dtype ?? .float32
    let steps = ParameterTree([(name: count, leaf: Tensor(Double(state.count), dtype: dtype))])
    return state.trees.enumerated().reduce(steps) { all, next in
      all.merging(next.element.map { $0.value.contiguous.reshaped($0.shape.dropFirst()) }.prefixed(prefix(next.offset)))
    }
  }
}
