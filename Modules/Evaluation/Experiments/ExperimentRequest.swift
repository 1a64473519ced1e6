/// What a user asks for, in plain values: an algorithm, a task and the settings that differ from the published ones.
public struct ExperimentRequest: Sendable {
  /// The algorithm's id.
  public var algorithm: String
  /// The task distribution's id.
  public var task: String
  /// The model's id; nil for the one that the task suggests.
  public var model: String?
  /// Settings by dotted key; of equal keys the last one counts.
  ///
  /// The prefixes `outer`, `training`, `task`, `model` and `test` address those parts; all other keys are the algorithm's own.
  public var settings: [(key: String, value: String)] = []
  /// Meta-updates; nil for the algorithm's default.
  public var iterations: Int?
  /// The key of every random choice.
  public var seed: UInt64 = 0
  /// Threads that take shards; no part of the result.
  public var threads = 1
  /// The folder of the task's data; nil where none was named.
  public var source: String?

  /// An algorithm on a task, everything else as published.
  public init(algorithm: String, task: String) {
    self.algorithm = algorithm
    self.task = task
  }
}
