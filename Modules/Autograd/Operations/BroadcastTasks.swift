public import TensorCore

/// One value for every task: a new leading axis of stride 0, without a copy; its transpose sums over the tasks.
public struct BroadcastTasks: Operation {
  public static let name = "broadcast-tasks"
  public static var checks: [OperationCheck] { [OperationCheck(BroadcastTasks(count: 3), at: [.normal([2, 2])])] }

  let count: Int

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.repeated(count) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    cotangent.sum([0]).reshaped(inputs[0].shape)
  }
}

extension Variable {
  /// This value for each of `count` tasks: [count, …], stride 0.
  public func broadcastOverTasks(_ count: Int) -> Variable { Variable(BroadcastTasks(count: count), [self]) }
}
