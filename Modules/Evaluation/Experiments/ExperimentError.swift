/// An experiment that cannot be run here.
public enum ExperimentError: Error, Hashable, CustomStringConvertible {
  /// The run needs more memory than it may fill.
  case memory(estimate: MemoryEstimate, machineBytes: Int)

  public var description: String {
    switch self {
    case .memory(let estimate, let machineBytes):
      """
      the run needs about \(byteText(estimate.totalBytes)) of memory (\(estimate)), the machine has \(byteText(machineBytes)); \
      lower \(estimate.advice).
      """
    }
  }
}
