import Algorithms
import Evaluation
import Registry
import Tasks

/// Comparisons with made-up losses.
enum FakeComparison {
  /// Five lines of one task with three seeds each, two of which have long names that differ at their end, and a failed run.
  static func ofLines() throws -> Comparison {
    let algorithms: [any Algorithm] = [
      Chance(), MAML(inner: InnerLoop(steps: 1, learningRate: 0.0123456781)), MAML(inner: InnerLoop(steps: 1, learningRate: 0.0123456789)),
      Reptile(), Scratch(),
    ]
    var outcomes: [Comparison.Outcome] = []
    for (number, algorithm) in algorithms.enumerated() { outcomes += try runs(algorithm, FakeTasks(), number) }
    outcomes.append(.failed(.init(experiment: try Small.experiment(FirstOrderMAML()), reason: unusualName)))
    return Comparison(outcomes: outcomes)
  }

  /// Five algorithms on five tasks; the order of their losses is the same on each.
  static func ofTasks() throws -> Comparison {
    let tasks: [any TaskDistribution] = [
      FamilyTasks<First>(), FamilyTasks<Second>(), FamilyTasks<Third>(), FamilyTasks<Fourth>(), FamilyTasks<Fifth>(),
    ]
    let algorithms: [any Algorithm] = [Chance(), MAML(), FirstOrderMAML(), Reptile(), Scratch()]
    var outcomes: [Comparison.Outcome] = []
    for task in tasks {
      for (number, algorithm) in algorithms.enumerated() { outcomes += try runs(algorithm, task, number) }
    }
    return Comparison(outcomes: outcomes)
  }

  /// Runs with three seeds; the losses grow with the number, and shrink with the first step.
  private static func runs(_ algorithm: any Algorithm, _ tasks: any TaskDistribution, _ number: Int) throws -> [Comparison.Outcome] {
    try (0..<3 as Range<UInt64>).map { seed in
      let experiment = try Small.experiment(algorithm, tasks: tasks, seed: seed, episodes: 6)
      let losses = (0..<3).map { step in
        (0..<6).map { Double(number + 1) * (step == 0 ? 2 : 1) + 0.1 * Double(($0 * 7 + Int(seed)) % 5) }
      }
      let result = TestResult(modes: [ModeResult(name: "none", losses: losses)], episodes: experiment.episodeList)
      return .tested(.init(experiment: experiment, result: result))
    }
  }
}

private protocol TaskName { static var id: String { get } }
private enum First: TaskName { static let id = "first" }
private enum Second: TaskName { static let id = "second" }
private enum Third: TaskName { static let id = "third" }
private enum Fourth: TaskName { static let id = "fourth" }
private enum Fifth: TaskName { static let id = "fifth" }

/// Fake tasks with an id of their own.
private struct FamilyTasks<Name: TaskName>: TaskDistribution {
  static var card: TaskCard { TaskCard(id: Name.id, title: "for tests", citation: "none") }
  static var hyperparameters: HyperparameterTable<FamilyTasks> { HyperparameterTable([]) }

  private let tasks = FakeTasks()

  init() {}

  var signature: TaskSignature { tasks.signature }
  var splitFingerprint: String { tasks.splitFingerprint }
  var dataDigest: String? { nil }
  func classes(in split: Split) -> [String] { tasks.classes(in: split) }
  func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode { try tasks.episode(index, in: split, seed: seed) }
}
