/// An experiment that cannot be run here.
public enum ExperimentError: Error, Hashable, CustomStringConvertible {
  /// The run needs more memory than it may fill.
  case memory(estimate: MemoryEstimate, machineBytes: Int)
  /// Data were named for tasks that are made up.
  case needsNoData(task: String)

  public var description: String {
    switch self {
    case .needsNoData(let task): "\(task) takes no data, its tasks are made up; leave --data \(task)=… out."
    case .memory(let estimate, let machineBytes):
      """
      the run needs about \(byteText(estimate.totalBytes)) of memory (\(estimate)), the machine has \(byteText(machineBytes)); \
      lower \(estimate.advice).
      """
    }
  }
}
