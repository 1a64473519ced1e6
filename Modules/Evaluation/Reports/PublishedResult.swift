public import Algorithms
import Registry
import Tasks

extension PublishedResult {
  /// The published numbers on the algorithm's card that apply to an experiment: same task, all conditions met.
  public static func matching(_ experiment: Experiment) -> [PublishedResult] {
    let settings = Dictionary(experiment.settings.map { ($0.key, $0.value.description) }) { $1 }
    return type(of: experiment.algorithm).card.published.filter { entry in
      entry.task == experiment.ids.task && entry.conditions.allSatisfy { settings[$0.key] == $0.value }
    }
  }
}
