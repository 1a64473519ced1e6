import Algorithms
import Evaluation
import Registry

extension Arguments {
  /// The limit of `--memory`; nil without one.
  func memoryLimit() throws -> ByteCount? {
    guard let text = text(.memory) else { return nil }
    let limit = try ByteCount(text, key: Flag.memory.spelling)
    if let group = Ranks.group, group.count > 1 { throw UsageError.memoryOfRanks(ranks: group.count) }
    return limit
  }

  /// The experiment of the flags of `run`, with what `--memory` chooses.
  func fittedExperiment() throws -> Experiment {
    let limit = try memoryLimit()
    let (request, experiment) = try requested()
    guard let limit else { return experiment }
    return try fitted(experiment, of: request, to: limit, resuming: has(.resume) ? text(.out) : nil)
  }

  /// The experiment of a request with what a limit chooses, and a note about it.
  ///
  /// A resumed run keeps what was chosen when it began.
  func fitted(
    _ experiment: Experiment, of request: ExperimentRequest, to limit: ByteCount, resuming folder: String?, label: String = ""
  ) throws -> Experiment {
    let checkpoint = try folder.flatMap { try Checkpoint.latest(in: $0) }
    let kept = checkpoint?.settings.filter { Experiment.fittedKeys.contains($0.key) } ?? []
    let fitted = try experiment.fitted(to: limit, request, keepsThreads: has(.threads), keeping: kept)
    if !has(.quiet) { Console.note("tools: memory: \(label)\(fitted.note)") }
    return fitted.experiment
  }
}
