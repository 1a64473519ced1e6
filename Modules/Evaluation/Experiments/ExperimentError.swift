import Registry

/// A reason why an experiment cannot run.
public enum ExperimentError: Error, Hashable, CustomStringConvertible {
  /// The run needs more memory than it may use.
  case memory(estimate: MemoryEstimate, machineBytes: Int)
  /// A data folder was given for synthetic tasks.
  case needsNoData(task: String)
  /// The run was given its initial parameters, which its checkpoint does not hold.
  case initialisationNeeded(digest: String)

  public var description: String {
    switch self {
    case .needsNoData(let task): "\(task) is synthetic and needs no data; remove --data \(task)=…."
    case .initialisationNeeded(let digest):
      "the run was given initial parameters with the digest \(legible(digest)); start it with these parameters, or resume its checkpoint."
    case .memory(let estimate, let machineBytes):
      """
      the run needs about \(byteText(estimate.totalBytes)) of memory (\(estimate)), the machine has \(byteText(machineBytes)); \
      lower \(estimate.advice).
      """
    }
  }
}
