public import TensorCore

/// Expands a value along a new leading task axis of stride 0, without a copy.
///
/// ```
/// y[t] = x        dx = Σ dy[t] over the tasks t
/// ```
public struct BroadcastTasks: Operation {
  public static let name = "broadcast-tasks"
  public static var checks: [OperationCheck] { [OperationCheck(BroadcastTasks(count: 3), at: [.normal([2, 2])])] }

  let count: Int

  public func forward(_ inputs: [Variable]) -> Tensor { inputs[0].value.expanded(over: count) }

  public func pullback(_ cotangent: Variable, to index: Int, inputs: [Variable], output: Variable) -> Variable {
    cotangent.sum([0]).reshaped(inputs[0].shape)
  }
}

extension Variable {
  /// The value expanded over `count` tasks: […] → [count, …].
  public func broadcastOverTasks(_ count: Int) -> Variable { Variable(BroadcastTasks(count: count), [self]) }
}
