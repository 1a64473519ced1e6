import Registry

/// A reason why an experiment cannot run.
public enum ExperimentError: Error, Hashable, CustomStringConvertible {
  /// The run needs more memory than it may use.
  case memory(estimate: MemoryEstimate, machineBytes: Int)
  /// Nothing that may be chosen makes a run fit a limit; the text is the least that it needs.
  case memoryLimit(limit: ByteCount, least: String)
  /// A data folder was given for synthetic tasks.
  case needsNoData(task: String)
  /// The run was given its initial parameters, which its checkpoint does not hold.
  case initialisationNeeded(digest: String)
  /// The task has no classes for meta-validation.
  case noValidation(task: String)
  /// The run ends before its first validation.
  case validationTooRare(every: Int, iterations: Int)
  /// Validations without improvement are to stop the run, but there are no validations.
  case patienceWithoutValidation(patience: Int)
  /// The tasks have no disjoint episodes, and no labels that can be assigned anew.
  case noDisjointEpisodes(task: String)

  public var description: String {
    switch self {
    case .noDisjointEpisodes(let task):
      "\(task) has neither a limited number of samples nor labels, so test.disjoint has nothing to test; leave it out, or name a task of "
        + "images."
    case .needsNoData(let task): "\(task) is synthetic and needs no data; remove --data \(task)=…."
    case .initialisationNeeded(let digest):
      "the run was given initial parameters with the digest \(legible(digest)); start it with these parameters, or resume its checkpoint."
    case .noValidation(let task):
      "\(task) has no classes for meta-validation; choose a split that has some, or leave out --validate-every (validation.every)."
    case .validationTooRare(let every, let iterations):
      "a validation every \(every) iterations (validation.every) never takes place in a run of \(iterations); lower --validate-every."
    case .patienceWithoutValidation(let patience):
      "a patience of \(patience) validations (validation.patience) has no effect without validations; give --validate-every N."
    case .memoryLimit(let limit, let least):
      "the tensors of the run do not fit into \(limit), whatever the shard sizes, the threads and the way through the inner loop: they need "
        + "about \(least); raise --memory, or lower --queries, --shots, --ways or model.hidden."
    case .memory(let estimate, let machineBytes):
      """
      the run needs about \(byteText(estimate.totalBytes)) of memory (\(estimate)), the machine has \(byteText(machineBytes)); \
      lower \(estimate.advice).
      """
    }
  }
}
