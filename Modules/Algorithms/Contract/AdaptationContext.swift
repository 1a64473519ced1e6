public import TensorCore

/// Where in a run an adaptation happens: the key of every random choice that an algorithm makes in it.
public struct AdaptationContext: Sendable {
  /// Keyed by (seed, purpose, iteration).
  public let stream: RandomStream
  /// The number of the shard's first task, in the meta-batch or in the list of test episodes.
  public let firstTask: Int

  /// Fills in a context.
  public init(stream: RandomStream, firstTask: Int) {
    self.stream = stream
    self.firstTask = firstTask
  }

  /// The stream of one task's adaptation step: keyed by (seed, iteration, task, step).
  public func stream(task: Int, step: Int) -> RandomStream { stream.child(firstTask + task).child(step) }
}
