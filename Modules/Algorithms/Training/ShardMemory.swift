import Tasks
import TensorCore

/// The memory of tensors that one shard takes in meta-training, measured on the first tasks of a run.
public struct ShardMemory: Sendable, Hashable {
  /// Bytes of its episodes; 0 if they are views of data that are loaded anyway.
  public let episodes: Double
  /// The most bytes at one time of a step that builds its graph.
  public let graph: Double
  /// The bytes that a recording keeps; 0 for an algorithm that is not recorded.
  public let recording: Double

  /// The memory of a shard of another size, on the line through the memory of one and of two tasks.
  public static func line(_ one: ShardMemory, _ two: ShardMemory, tasks: Int) -> ShardMemory {
    func at(_ part: KeyPath<ShardMemory, Double>) -> Double {
      max(0, one[keyPath: part] + Double(tasks - 1) * (two[keyPath: part] - one[keyPath: part]))
    }
    return ShardMemory(episodes: at(\.episodes), graph: at(\.graph), recording: at(\.recording))
  }
}

extension MetaTrainer {
  /// Computes the first tasks of the run as one shard, eagerly and then recorded, and measures the memory of both.
  ///
  /// The trainer stays as it is. Tasks of different shapes count like the first one. Resets ``TensorCore/TensorMemory/peakBytes``.
  /// - Parameter tasks: The number of tasks, at most those of a meta-batch.
  /// - Returns: The bytes of episodes, graph and recording.
  /// - Throws: Errors of the task distribution, and ``TrainingError``.
  public func measureShard(of tasks: Int) throws -> ShardMemory {
    let start = TensorMemory.liveBytes
    let shard = try self.tasks.checkedShards(
      0..<tasks, in: .metaTrain, seed: configuration.seed, supports: algorithm.supports, padding: algorithm.acceptsPadding)[0]
    let drawn = TensorMemory.liveBytes
    let step = AdaptationContext.Step(iteration: 0, iterations: configuration.iterations)
    let context = AdaptationContext(
      stream: RandomStream(seed: configuration.seed).child("meta-training").child(0), firstTask: 0, step: step,
      phase: algorithm.phase(step), scheduled: algorithm.scheduled(step))
    let recorder = StepRecorder(algorithm, workers: 1)
    TensorMemory.resetPeak()
    func run() throws {
      try recorder.run(algorithm, learner, flat, shard, context, step: recorder.nextStep(), worker: 0, team: nil) { _, _ in }
    }
    // The first shard of a shape is eager, and the second one is recorded.
    try run()
    let graph = TensorMemory.peakBytes - drawn
    guard algorithm.isRecordable else {
      return ShardMemory(episodes: Double(drawn - start), graph: Double(graph), recording: 0)
    }
    try run()
    return ShardMemory(episodes: Double(drawn - start), graph: Double(graph), recording: Double(TensorMemory.liveBytes - drawn))
  }

  /// The number of elements of all learned parameters.
  public var learnedCount: Int { flat.learned.shape.elementCount }
}
