public import Algorithms
public import Registry
public import Tasks

/// What was run, in the plain values that results.json records.
///
/// A comparison needs no more of an experiment, so that recorded runs are compared without their data.
public struct RunDescription: Sendable, Hashable {
  /// A setting under its dotted key.
  public struct Setting: Sendable, Hashable {
    /// The dotted key, "inner.steps" for example.
    public let key: String
    /// The value.
    public let value: HyperparameterValue

    /// Creates a setting.
    public init(_ key: String, _ value: HyperparameterValue) {
      self.key = key
      self.value = value
    }
  }

  /// The id of the algorithm.
  public let algorithm: String
  /// The id of the tested task.
  public let task: String
  /// The id of the model.
  public let model: String
  /// The random seed of the run.
  public let seed: UInt64
  /// The number of meta-iterations.
  public let iterations: Int
  /// The number of adaptation steps in meta-training; 0 for an algorithm that does not adapt there.
  public let adaptationSteps: Int
  /// The id of the task loss.
  public let taskLoss: String
  /// What the task loss reports beside the loss; nil without such a measure.
  public let measure: Measure?
  /// Ids, seed, iterations and every setting, in the order of the record.
  public let configuration: [Setting]
  /// The episodes of the meta-test.
  public let episodes: EpisodeList
  /// The names of the normalisation modes of the test, the headline's first; empty if a failed run was restored from its record.
  public let modes: [String]
  /// The published numbers that the run can be compared with.
  public let published: [PublishedResult]
  /// What a user should know about the data: the groups that were left out, for example.
  public let notes: [String]

  /// Describes an experiment.
  public init(_ experiment: Experiment) {
    (algorithm, task, model) = experiment.ids
    seed = experiment.training.seed
    iterations = experiment.training.iterations
    adaptationSteps = experiment.algorithm.adaptationSteps
    taskLoss = experiment.learner.taskLoss.id
    measure = experiment.learner.taskLoss.measure
    configuration = experiment.configuration.map { Setting($0.key, $0.value) }
    episodes = experiment.episodeList
    modes = experiment.testModes.map(\.name)
    published = PublishedResult.matching(experiment)
    notes = experiment.tasks.notes
  }

  /// Restores a recorded description.
  init(
    algorithm: String, task: String, model: String, seed: UInt64, iterations: Int, adaptationSteps: Int, taskLoss: String,
    measure: Measure?, configuration: [Setting], episodes: EpisodeList, modes: [String], published: [PublishedResult],
    notes: [String]
  ) {
    self.algorithm = algorithm
    self.task = task
    self.model = model
    self.seed = seed
    self.iterations = iterations
    self.adaptationSteps = adaptationSteps
    self.taskLoss = taskLoss
    self.measure = measure
    self.configuration = configuration
    self.episodes = episodes
    self.modes = modes
    self.published = published
    self.notes = notes
  }

  /// The text of a setting; nil if the run has no such setting.
  public func setting(_ key: String) -> String? { configuration.first { $0.key == key }?.value.description }

  /// The configuration without the seed: equal for the runs of one algorithm that differ in nothing else.
  var settingsBesideSeed: [Setting] { configuration.filter { $0.key != "seed" } }

  /// The names of the domains of meta-training and of meta-test, separated by commas; nil if the tasks have no domains.
  var domains: (train: String, test: String)? {
    guard let train = setting("task.domains.train"), let test = setting("task.domains.test") else { return nil }
    return (train, test)
  }
}
