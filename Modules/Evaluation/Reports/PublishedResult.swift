import Algorithms
import Registry
import Tasks

/// A number from a paper, shown for comparison with ours.
///
/// It is shown with the conditions of the paper's experiment, which seldom match a run exactly.
public struct PublishedResult: Sendable, Hashable {
  /// The algorithm's id.
  public let algorithm: String
  /// The task distribution's id.
  public let task: String
  /// Settings that a run must have for the number to be shown, such as "task.ways".
  public let conditions: [String: String]
  /// The conditions of the paper's experiment.
  public let setting: String
  /// The number or numbers, as printed.
  public let result: String
  /// Paper and table.
  public let source: String

  /// The numbers to show beside an experiment.
  public static func matching(_ experiment: Experiment) -> [PublishedResult] {
    let settings = Dictionary(experiment.settings.map { ($0.key, $0.value.description) }) { $1 }
    return all.filter { entry in
      entry.algorithm == experiment.ids.algorithm && entry.task == experiment.ids.task
        && entry.conditions.allSatisfy { settings[$0.key] == $0.value }
    }
  }

  private static let finn = "Finn et al., ICML 2017, Table 2, https://arxiv.org/abs/1703.03400"
  private static let finnOmniglot = "Finn et al., ICML 2017, Table 1, https://arxiv.org/abs/1703.03400"
  private static let nichol = "Nichol et al., 2018, Table 2, https://arxiv.org/abs/1803.02999"
  private static let sinusoid = "trained with 10 points and 1 step, tested with 5 points; MSE after 1 / 5 / 10 steps"

  /// All numbers; each was read in its paper, not in a later citation.
  static let all: [PublishedResult] =
    [
      sine("maml", "0.67 / 0.38 / 0.35"), sine("joint", "2.41 / 2.23 / 2.19"),
    ]
    + [
      ("maml", "1", "98.7 ± 0.4", finnOmniglot, "transductive"), ("maml", "5", "99.9 ± 0.1", finnOmniglot, "transductive"),
      ("fomaml", "1", "98.3 ± 0.5", nichol, "transductive"), ("fomaml", "5", "99.2 ± 0.2", nichol, "transductive"),
      ("reptile", "1", "95.39 ± 0.09 / 97.68 ± 0.04", nichol, "support-plus-one / transductive"),
      ("reptile", "5", "98.90 ± 0.10 / 99.48 ± 0.06", nichol, "support-plus-one / transductive"),
    ].map { algorithm, shots, result, source, mode in
      PublishedResult(
        algorithm: algorithm, task: "omniglot", conditions: ["task.ways": "5", "task.shots": shots],
        setting: "5-way \(shots)-shot, another split; accuracy in %, \(mode)", result: result, source: source)
    }

  private static func sine(_ algorithm: String, _ result: String) -> PublishedResult {
    PublishedResult(
      algorithm: algorithm, task: "sinusoid", conditions: [:], setting: sinusoid, result: result, source: finn)
  }
}
