/// A reason why an experiment cannot run.
public enum ExperimentError: Error, Hashable, CustomStringConvertible {
  /// The run needs more memory than it may use.
  case memory(estimate: MemoryEstimate, machineBytes: Int)
  /// A data folder was given for synthetic tasks.
  case needsNoData(task: String)

  public var description: String {
    switch self {
    case .needsNoData(let task): "\(task) is synthetic and needs no data; remove --data \(task)=…."
    case .memory(let estimate, let machineBytes):
      """
      the run needs about \(byteText(estimate.totalBytes)) of memory (\(estimate)), the machine has \(byteText(machineBytes)); \
      lower \(estimate.advice).
      """
    }
  }
}
