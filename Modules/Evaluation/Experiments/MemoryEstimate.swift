import Algorithms
import Models
import Tasks
import TensorCore

/// An estimate of the bytes of tensors that a run holds at its peak.
///
/// ```
/// parameters   4 · [L · (8 + shards of a meta-batch) + C]
/// training     threads · 4 · Σ over T (L + T · [M · (4 + r · steps) + 8 · A · (steps · S + Q)]) + 4 · D · T · (I + O) · (S + Q)
/// test         threads · 4 · [T' · P · (steps' + 2 + r) + max(T' · 8 · A · S, T' · 4 · A · Q, 4 · A · Q · (S + 1))]
/// ```
/// P is the number of parameters, L the number of learned numbers in the initial state, M the larger of the two. S and Q are the
/// support and query samples of a task, T and T' the tasks of a shard in training and test. A is the number of outputs of all layers
/// for one sample. `steps` is the number of adaptation steps whose graphs are alive at the same time, by the algorithm's
/// ``TrainingFootprint``; steps' is the number in the test. r is the number of parameter-sized tensors that one step of the inner rule
/// holds. `threads` is no more than the allowed cores. The last term of the maximum is support-plus-one. If the support set normalises,
/// S + Q replaces Q.
///
/// I is the size of one input, O the size of its target (2 for a class). With several threads and several shards, D shards of the next
/// step are drawn ahead: four for each thread, or all of them if there are fewer.
///
/// The 8 of the parameters counts the state, two moments, the sum and the mean of the gradients, and the temporaries of an update. Each
/// shard adds one gradient. C is twice the carried state: before and after a step.
/// A recording keeps its memory as long as the trainer lives. Each thread holds one for whole shards and, if the meta-batch is not a
/// multiple of the shard size, one for the rest; hence the sum over T. If shards are single tasks of changing shapes, it holds as many as
/// a thread keeps, counted as the largest. `MetaTrainer.releaseWorkingMemory` releases them before the
/// test, so training and test do not add up. The estimates for training and for test are between 1.2 and 4.1 times the allocator's
/// high-water mark, measured on small MLPs and convolutional networks with each algorithm, inner rule and mode.
public struct MemoryEstimate: Sendable, Hashable, CustomStringConvertible {
  /// Bytes of the meta-learned state, the outer optimizer's moments and the gradients of a meta-batch.
  public let parameterBytes: Int
  /// Bytes of the shards that are in training at one time.
  public let trainingBytes: Int
  /// Bytes of the shards that are in test at one time.
  public let testBytes: Int

  /// The peak of the whole run, in bytes.
  public var totalBytes: Int { saturated(Double(parameterBytes) + Double(max(trainingBytes, testBytes))) }

  /// The settings to lower, for an error message: the ones that the largest part grows with.
  var advice: String {
    if parameterBytes >= max(trainingBytes, testBytes) { return "model.hidden" }
    return trainingBytes >= testBytes
      ? "--queries, --shots, --ways, --threads, training.shardSize, inner.steps or model.hidden"
      : "--queries, --shots, --ways, --threads, test.shardSize, test.steps or model.hidden"
  }

  public var description: String {
    "\(byteText(parameterBytes)) for parameters, \(byteText(trainingBytes)) in training, \(byteText(testBytes)) in test"
  }
}

extension Experiment {
  /// Copies of a sample's activations in the graph of an adaptation step.
  private static let graphCopies = 8.0
  /// Copies of a sample's activations in a prediction without a graph.
  private static let predictionCopies = 4.0

  /// The estimate from the sizes of the run's initial state and the algorithm's footprint.
  public var memoryEstimate: MemoryEstimate {
    Self.estimate(
      of: self, state: algorithm.initialState(learner, from: RandomStream(seed: training.seed), dtype: .float32), shapes: firstShapes)
  }

  /// The estimate for an initial state; nil stands for a state of the model's parameters alone.
  ///
  /// `shapes` are the numbers of support and query samples of some tasks, if they are known and shards are single tasks.
  static func estimate(of experiment: Experiment, state: MetaState?, shapes: [[Int]] = []) -> MemoryEstimate {
    let (learner, training, test) = (experiment.learner, experiment.training, experiment.test)
    let (algorithm, signature) = (experiment.algorithm, experiment.tasks.signature)
    let footprint = algorithm.footprint
    let models = Double(footprint.models)
    let parameters = models * learner.model.parameters.reduce(0.0) { $0 + Self.size($1.shape) }
    let learned = state.map { $0.learned.leaves.reduce(0.0) { $0 + Self.size($1.shape) } } ?? parameters
    let carried = 2 * (state.map { $0.carried.leaves.reduce(0.0) { $0 + Self.size($1.shape) } } ?? 0)
    let activations = models * (Self.size(signature.inputShape) + learner.model.activationsPerSample)
    let (supportCount, queryCount) = (
      shapes.reduce(signature.supportCount) { max($0, $1[0]) }, shapes.reduce(signature.queryCount) { max($0, $1[1]) }
    )
    // A row of an environment starts a trajectory, and each step of it is a sample for the policy.
    let samplesPerRow = Double(learner.environment?.horizon ?? 1)
    let (support, query) = (samplesPerRow * Double(supportCount * footprint.supports), samplesPerRow * Double(queryCount))
    let ruleCopies = footprint.copiesPerStep * Double(footprint.supports)
    // If the support set normalises, it goes through the model together with the query.
    let trainingQuery = learner.trainingMode == .support ? support + query : query
    let shardSize = min(training.shardSize, training.metaBatchSize)
    let shards = training.shards
    let steps = Double(footprint.steps)
    // Parameters that are not learned adapt as well: the state of a baseline, for example.
    let adapted = max(learned, parameters)
    // A thread keeps one recording for each shard size.
    let rest = training.metaBatchSize % shardSize
    let sizes =
      Set(shapes).count > 1 && algorithm.isRecordable
      ? Array(repeating: Double(shardSize), count: TrainingConfiguration.recordingsPerThread)
      : (algorithm.isRecordable && rest > 0 ? [shardSize, rest] : [shardSize]).map(Double.init)
    let trainingShards = sizes.reduce(0.0) { sum, tasks in
      sum + learned + tasks
        * (adapted * (4 + ruleCopies * steps) + Self.graphCopies * activations * (steps * support + trainingQuery))
    }
    let sample = Self.size(signature.inputShape) + (signature.taskLoss.targets == .classes ? 2 : Double(signature.outputs))
    let drawnAhead = Double(training.shardsAhead) * Double(shardSize) * sample * (support + query)

    let testShards = (test.episodes + test.shardSize - 1) / test.shardSize
    let testTasks = Double(min(test.shardSize, test.episodes))
    let predicted =
      experiment.testModes.map { mode in
        switch mode.mode {
        case .transductive: testTasks * query
        case .support: testTasks * (support + query)
        case .supportPlusOne: query * (support + 1)
        }
      }.max() ?? 0
    let testShard =
      testTasks * parameters * (Double(test.steps + 2) + ruleCopies)
      + activations * max(testTasks * Self.graphCopies * support, Self.predictionCopies * predicted)

    return MemoryEstimate(
      parameterBytes: saturated(4 * (learned * Double(8 + shards) + carried)),
      trainingBytes: saturated(4 * (trainingShards * Double(min(training.workers, shards)) + drawnAhead)),
      testBytes: saturated(4 * testShard * Double(min(training.workers, testShards))))
  }

  /// The numbers of support and query samples of the first tasks, if each is a shard of its own; tasks of one shard agree.
  ///
  /// A task that cannot be drawn is left out: the run reports its error.
  private var firstShapes: [[Int]] {
    guard training.shardSize == 1, algorithm.isRecordable else { return [] }
    return (0..<4).compactMap { index in
      guard let shard = try? tasks.episodes(index..<(index + 1), in: .metaTrain, seed: training.seed) else { return nil }
      return [shard.support.inputs.shape[1], shard.query.inputs.shape[1]]
    }
  }

  /// The number of elements as a floating-point number, which cannot overflow.
  private static func size(_ shape: Shape) -> Double { shape.dimensions.reduce(1) { $0 * Double($1) } }
}

/// The number as an integer; `Int.max` from 2⁶² on.
func saturated(_ value: Double) -> Int { value < 0x1p62 ? Int(value) : .max }

/// Bytes as text: "1.5 GiB".
func byteText(_ bytes: Int) -> String {
  let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
  var value = Double(bytes) / 1024
  var unit = 0
  while value >= 1024, unit < units.count - 1 {
    value /= 1024
    unit += 1
  }
  return "\(fixed(value, 1)) \(units[unit])"
}
