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

  /// The state with which a task's adaptation begins.
  static func state(_ rule: any OptimizerRule.Type, _ carried: ParameterTree<Tensor>) -> OptimizerState {
    // A count from a file may be any number.
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
