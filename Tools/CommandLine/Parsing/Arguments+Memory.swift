import Algorithms
import Evaluation
import Registry

extension Arguments {
  /// The experiment of the flags, with what --memory chooses.
  ///
  /// A resumed run keeps what was chosen when it began.
  func fittedExperiment() throws -> Experiment {
    guard let text = text(.memory) else { return try experiment() }
    let limit = try ByteCount(text, key: Flag.memory.spelling)
    if let group = Ranks.group, group.count > 1 { throw UsageError.memoryOfRanks(ranks: group.count) }
    var (request, experiment) = try requested()
    let known = Set(request.settings.map(\.key))
    let kept = try keptChoices().filter { !known.contains($0.key) && setting($0.key, of: experiment) != $0.value }
    if !kept.isEmpty {
      request.settings += kept
      experiment = try Experiment(request)
    }
    let fitted = try experiment.fitted(to: limit, request, keepsThreads: has(.threads), keeping: try keptChoices().map(\.key))
    if !has(.quiet) { Console.note("tools: memory: \(fitted.note)") }
    return fitted.experiment
  }

  /// The settings of the run to resume that --memory may choose.
  private func keptChoices() throws -> [(key: String, value: String)] {
    guard has(.resume), let path = text(.out), let checkpoint = try Checkpoint.latest(in: path) else { return [] }
    return checkpoint.settings.filter { Experiment.fittedKeys.contains($0.key) }
  }

  private func setting(_ key: String, of experiment: Experiment) -> String? {
    experiment.settings.first { $0.key == key }?.value.description
  }
}
