import Algorithms
import Models
import Tasks
import TensorCore

/// About how many bytes of tensors a run holds at its peak.
///
/// ```
/// parameters   4 · [L · (8 + shards of a meta-batch) + C]
/// training     threads · 4 · Σ over T (L + T · [L · (4 + r · steps + K) + 8 · A · (steps · S + Q)]) + 4 · D · T · (I + O) · (S + Q)
/// test         threads · 4 · [T' · P · (steps' + 2 + r) + max(T' · 8 · A · S, T' · 4 · A · Q, 4 · A · Q · (S + 1))]
/// ```
/// P is the number of parameters, L that of learned numbers (those of the initial state), S and Q the support and query
/// samples of a task, T and T' the tasks of a shard, A the outputs of all layers for one sample. Where the meta-gradient is exact,
/// every step's graph stays, and K is 0; elsewhere `steps` is 1, and K is the number of steps, each of which leaves its parameters.
/// r is what a step of the inner rule holds, found by trying a step. The last term of the maximum is support-plus-one;
/// where the support set normalises, S + Q stands for Q.
///
/// I numbers are one input, O its target (2 for a class). D shards of the next step lie drawn beside those at work, where there are
/// several threads and several shards: four for each thread, or all there are.
///
/// The parameters' eight are the state, two moments, the sum and the mean of the gradients and the temporaries of an update; each
/// shard hands in one gradient more. C is twice what the algorithm carries, before and after a step.
/// A recorded step keeps its memory as long as the trainer lives: on each thread once for a whole shard and, where the meta-batch is
/// not a multiple of it, once for the rest, hence the sum over T. `MetaTrainer.releaseWorkingMemory` gives it back, so that test and
/// training do not add up. Measured against the allocator's mark on small MLPs and convolutional networks, each algorithm, inner
/// rule and mode in turn, either part lies between 1.2 and 4.1 times the peak.
public struct MemoryEstimate: Sendable, Hashable, CustomStringConvertible {
  /// The meta-learned state, the outer optimizer's moments and the gradients of a meta-batch.
  public let parameterBytes: Int
  /// The shards that are trained on at one time.
  public let trainingBytes: Int
  /// The shards that are tested at one time.
  public let testBytes: Int

  /// What a run holds at its peak.
  public var totalBytes: Int { saturated(Double(parameterBytes) + Double(max(trainingBytes, testBytes))) }

  /// The settings that the largest part grows with.
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
  /// Copies of a sample's activations that the graph of an adaptation step holds.
  private static let graphCopies = 8.0
  /// Copies that a prediction without a graph holds.
  private static let predictionCopies = 4.0

  /// About how many bytes of tensors the run holds at its peak, from the sizes of its initial state and the algorithm's footprint.
  public var memoryEstimate: MemoryEstimate {
    Self.estimate(of: self, state: algorithm.initialState(learner, from: RandomStream(seed: training.seed), dtype: .float32))
  }

  /// The estimate for an initial state; for one that holds the model's parameters and nothing else where nil.
  static func estimate(of experiment: Experiment, state: MetaState?) -> MemoryEstimate {
    let (learner, training, test) = (experiment.learner, experiment.training, experiment.test)
    let (algorithm, signature) = (experiment.algorithm, experiment.tasks.signature)
    let parameters = learner.model.parameters.reduce(0.0) { $0 + Self.size($1.shape) }
    let learned = state.map { $0.learned.leaves.reduce(0.0) { $0 + Self.size($1.shape) } } ?? parameters
    let carried = 2 * (state.map { $0.carried.leaves.reduce(0.0) { $0 + Self.size($1.shape) } } ?? 0)
    let activations = Self.size(signature.inputShape) + learner.model.activationsPerSample
    let footprint = algorithm.footprint
    let (support, query) = (Double(signature.supportCount * footprint.supports), Double(signature.queryCount))
    let ruleCopies = footprint.copiesPerStep * Double(footprint.supports)
    // Where the support set normalises, it goes through the model beside the query.
    let trainingQuery = learner.trainingMode == .support ? support + query : query
    let shardSize = min(training.shardSize, training.metaBatchSize)
    let shards = training.shards
    let steps = Double(footprint.steps)
    // What is not learned adapts as well: the state of a baseline, for example.
    let adapted = max(learned, parameters)
    // Recordings stay, one for each size of shard that a thread has met.
    let rest = training.metaBatchSize % shardSize
    let sizes = (algorithm.isRecordable && rest > 0 ? [shardSize, rest] : [shardSize]).map(Double.init)
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
      trainingBytes: saturated(4 * (trainingShards * Double(min(training.threads, shards)) + drawnAhead)),
      testBytes: saturated(4 * testShard * Double(min(training.threads, testShards))))
  }

  /// The number of elements, without overflow.
  private static func size(_ shape: Shape) -> Double { shape.dimensions.reduce(1) { $0 * Double($1) } }
}

/// The number as an integer, the largest one where it is beyond.
func saturated(_ value: Double) -> Int { value < 0x1p62 ? Int(value) : .max }

/// Bytes in words: "1.5 GiB".
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
