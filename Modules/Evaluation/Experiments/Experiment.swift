public import Algorithms
public import Models
public import Registry
public import Tasks

/// A run that is ready to start: everything is looked up, set, loaded and checked.
public struct Experiment: Sendable {
  /// The algorithm with its settings.
  public let algorithm: any Algorithm
  /// The model, fitted to the task, with its loss.
  public let learner: Learner
  /// Where tasks come from, prepared.
  public let tasks: any TaskDistribution
  /// How meta-training runs.
  public let training: TrainingConfiguration
  /// How meta-test runs.
  public let test: TestConfiguration
  /// The settings of all parts under their dotted keys, in order, then the number of iterations.
  public let settings: [(key: String, value: HyperparameterValue)]

  /// Looks up, sets, loads and checks what a request asks for.
  public init(_ request: ExperimentRequest) throws { fatalError("stub") }

  /// The full record in order: ids, seed, iterations and every setting; never host, time or threads.
  public var configuration: [(key: String, value: HyperparameterValue)] { fatalError("stub") }

  /// All settings of a combination under their dotted keys, with the defaults that it is published with.
  public static func settingsHelp(algorithm: String, task: String, model: String? = nil) throws -> [HyperparameterDescription] {
    fatalError("stub")
  }

  /// A fresh meta-trainer.
  // public func trainer() throws -> MetaTrainer

  /// Tests a state on the fixed list of held-out episodes.
  public func metaTest(
    _ state: MetaState, threads: Int = 1, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
  ) throws -> TestResult {
    fatalError("stub")
  }
}
