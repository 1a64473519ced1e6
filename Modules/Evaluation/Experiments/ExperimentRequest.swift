/// A user's request: an algorithm, a task, and the settings that differ from the published ones.
public struct ExperimentRequest: Sendable {
  /// The algorithm's id.
  public var algorithm: String
  /// The task distribution's id.
  public var task: String
  /// The model's id; nil for the model that the task suggests.
  public var model: String?
  /// Settings by dotted key; the last value of a key counts.
  ///
  /// The prefixes `outer`, `training`, `task`, `model`, `test` and `validation` address those parts. All other keys belong to the algorithm.
  public var settings: [(key: String, value: String)] = []
  /// The number of meta-updates; nil for the algorithm's default.
  ///
  /// 0 is for a test of given initial parameters.
  public var iterations: Int?
  /// The random seed.
  public var seed: UInt64 = 0
  /// The number of worker threads; it does not affect the results.
  public var threads = 1
  /// Whether all threads work at one shard together; it does not affect the results.
  public var sharesShards = false
  /// The folder or file of the task's data; nil if none was given.
  public var source: String?
  /// The statistics that an earlier run of the task learned from its data; nil to learn them anew.
  public var statistics: String?
  /// The initial parameters of the model; nil for random ones.
  public var initialisation: StateDict?
  /// The digest of the initial parameters that an earlier run was given; nil if it was given none.
  var recordedInitialisation: String?

  /// Requests an algorithm on a task with the published settings.
  public init(algorithm: String, task: String) {
    self.algorithm = algorithm
    self.task = task
  }
}
