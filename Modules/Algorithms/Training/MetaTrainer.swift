public import Models
import Registry
public import Tasks
public import TensorCore

/// A meta-training run, as a value that advances step by step.
///
/// The command line, benchmarks and embedding programs share it. Each calls ``step()`` as often as it likes, and may show results, stop or
/// save in between. A run of n steps equals, bit for bit, a run of k steps that is saved, resumed and finished, and a run on any other
/// number of threads.
public struct MetaTrainer: Sendable {
  /// The algorithm with its settings.
  public let algorithm: any Algorithm
  /// The model that adapts, with its loss.
  public let learner: Learner
  /// The task distribution.
  public let tasks: any TaskDistribution
  /// The configuration of the run, with the shard size that the algorithm's task coupling requires.
  public let configuration: TrainingConfiguration
  var flat: FlatState
  var update: OuterUpdate
  private let workers: WorkerPool
  private var recorder: StepRecorder
  private(set) var episodes: ShardEpisodes
  /// The ranks that share the shards; nil for a run of one process.
  package private(set) var group: RankGroup?
  private let isScheduled: Bool
  /// Read once: reading it may decode settings, and a step of a small network takes only 50 µs.
  private let isCoupled: Bool
  private let stream: RandomStream
  var pace: ThreadPace

  /// Number of threads started: the configuration's, but no more than the allowed cores.
  public var threads: Int { workers.threads }

  /// The mean number of threads in use over the time of all steps; ``threads`` before the first step.
  public var meanActiveThreads: Double { pace.mean ?? Double(threads) }

  /// The current learned and carried state.
  public var state: MetaState { flat.split }

  /// Number of steps done.
  public var iteration: Int { update.count }

  /// Creates a run at its start.
  ///
  /// - Parameters:
  ///   - algorithm: The algorithm with its settings.
  ///   - learner: The model that adapts, with its loss.
  ///   - tasks: The prepared task distribution.
  ///   - configuration: The configuration of the run.
  ///   - initial: Initial parameters that replace the algorithm's random ones of the same names; nil for none.
  /// - Throws: ``AlgorithmError`` if settings contradict each other or the algorithm does not suit the tasks; `HyperparameterError` if a
  ///   setting of the outer optimizer is out of range.
  public init(
    _ algorithm: any Algorithm, _ learner: Learner, tasks: any TaskDistribution, _ configuration: TrainingConfiguration,
    initial: ParameterTree<Tensor>? = nil
  ) throws {
    let learner = learner.learning(on: tasks)
    try algorithm.checkApplicability(learner, tasks.signature, configuration)
    let configuration = try configuration.validated(for: algorithm)
    self.algorithm = algorithm
    self.learner = learner
    self.tasks = tasks
    self.configuration = configuration
    let start = algorithm.initialState(
      learner, from: RandomStream(seed: configuration.seed).child("initial parameters"), dtype: .float32)
    flat = FlatState(initial.map(start.starting) ?? start)
    try configuration.outer.validate(names: flat.layout.names)
    update = OuterUpdate(
      configuration.outer, iterations: configuration.iterations, for: flat.learned,
      segments: flat.layout.segments(configuration.outer.rateFactor))
    stream = RandomStream(seed: configuration.seed).child("meta-training")
    workers = WorkerPool(threads: configuration.workers)
    recorder = StepRecorder(algorithm, workers: configuration.workers)
    pace = ThreadPace(most: workers.threads, isFixed: configuration.usesAllThreads)
    episodes = ShardEpisodes(tasks, configuration, for: algorithm, share: nil)
    let first = AdaptationContext.Step(iteration: 0, iterations: configuration.iterations)
    isScheduled = !algorithm.scheduled(first).isEmpty
    isCoupled = algorithm.coupling != .independent
  }

  /// Resumes a run at a snapshot.
  ///
  /// - Throws: ``TrainingError/snapshot(missingOrMisshapen:)`` if the snapshot does not fit, and all errors of the other initialiser.
  public init(
    resuming snapshot: TrainingSnapshot, _ algorithm: any Algorithm, _ learner: Learner, tasks: any TaskDistribution,
    _ configuration: TrainingConfiguration
  ) throws {
    try self.init(algorithm, learner, tasks: tasks, configuration)
    func restored(_ template: ParameterTree<Tensor>, _ prefix: String) throws(TrainingError) -> ParameterTree<Tensor> {
      var leaves: [Tensor] = []
      for (name, leaf) in template.entries {
        guard let tensor = snapshot.tensors["\(prefix).\(name)"], tensor.shape == leaf.shape, tensor.dtype == leaf.dtype else {
          throw .snapshot(missingOrMisshapen: "\(prefix).\(name)")
        }
        leaves.append(tensor)
      }
      return template.replacing(leaves)
    }
    let state = state
    func joined(_ tree: ParameterTree<Tensor>) -> Tensor { flat.layout.joined(tree.leaves) }
    flat.learned = joined(try restored(state.learned.named, "learned"))
    flat.carried = try restored(state.carried, "carried")
    try algorithm.validate(carried: flat.carried, after: snapshot.iteration)
    update.resume(
      count: snapshot.iteration,
      slots: try configuration.outer.optimizer.checkpointSlots.map { joined(try restored(state.learned.named, "outer.\($0)")) })
  }

  /// The state of the run, from which it can be resumed.
  public var snapshot: TrainingSnapshot {
    let state = state
    let slots = zip(configuration.outer.optimizer.checkpointSlots, update.slots).map { flat.layout.split($1).prefixed("outer.\($0)") }
    let all = slots.reduce(state.learned.named.prefixed("learned").merging(state.carried.prefixed("carried"))) { $0.merging($1) }
    return TrainingSnapshot(iteration: iteration, tensors: Dictionary(uniqueKeysWithValues: all.entries.map { ($0.name, $0.leaf) }))
  }

  /// Releases the memory of recordings and of tasks drawn ahead; later steps record and draw again.
  public mutating func releaseWorkingMemory() {
    recorder = StepRecorder(algorithm, workers: configuration.workers)
    episodes = ShardEpisodes(tasks, configuration, for: algorithm, share: group.map(share))
  }

  /// Divides the shards of later steps among the ranks of a group.
  mutating func divide(among group: RankGroup) {
    self.group = group
    releaseWorkingMemory()
  }

  /// The shards of this rank.
  private func share(_ group: RankGroup) -> Range<Int> { RankShares(shards: configuration.shards, ranks: group.count)[group.rank] }

  /// Runs one meta-update: draws the meta-batch, distributes the shards over threads, sums their gradients in a fixed order and updates.
  ///
  /// Threads without a shard draw tasks of the next step while other threads still work, if the configuration has a next step. The trainer
  /// keeps these tasks until then.
  ///
  /// - Throws: ``TrainingError/diverged(iteration:parameter:rates:)``, which leaves the last good state, and any error of the task
  ///   distribution.
  public mutating func step() throws -> StepReport {
    let report = try finish(contributions())
    publish()
    return report
  }

  /// The sum of the shards' contributions to one step.
  package struct Contributions: Sendable {
    let sum: StepTotal.Sum
    /// The seconds without the wait for other ranks, from the start to the sum.
    let seconds: Double
  }

  /// Computes and sums the contributions of the next step's shards: the first and longest part of ``step()``.
  ///
  /// It is a separate function, so that nothing in it still references the learned parameters during their update.
  package func contributions() throws -> Contributions {
    let watch = Stopwatch()
    let total = total()
    compute(total)
    guard let group else { return Contributions(sum: try total.sum(), seconds: watch.seconds) }
    let seconds = watch.seconds
    try total.throwFailure()
    try collect(total, from: group)
    return Contributions(sum: try total.sum(), seconds: seconds)
  }

  /// An empty total of the next step.
  func total() -> StepTotal { StepTotal(of: configuration.shards, own: episodes.own, algorithm: type(of: algorithm)) }

  /// Computes this rank's shards of the next step; the total has the errors.
  func compute(_ total: StepTotal) {
    workers.active = pace.active
    let (algorithm, learner, state, episodes, iteration, own) = (algorithm, learner, flat, episodes, iteration, episodes.own)
    let stream = stream.child(iteration)
    let step = AdaptationContext.Step(iteration: iteration, iterations: configuration.iterations)
    let (phase, scheduled) = (algorithm.phase(step), isScheduled ? algorithm.scheduled(step) : ParameterTree())
    let (recorder, stepNumber) = (recorder, recorder.nextStep())
    // Threads share the work of a single shard; otherwise each thread takes whole shards.
    let isShared = configuration.sharesShards(of: own.count)
    let team = isShared ? workers : nil
    let (isCoupled, precision) = (isCoupled, configuration.precision)
    let contribution = { @Sendable (shard: Int, worker: Int) throws in
      // One part, unless the tasks have different shapes.
      let parts = try episodes.take(shard, of: iteration)
      var first = episodes.range(of: shard).lowerBound
      guard parts.count == 1 || !isCoupled else {
        throw TaskError.differentShapes(task: type(of: episodes.tasks).card.id, index: first + parts[0].count)
      }
      func add(_ part: Episodes, _ handOn: (Contribution, ShardReport) -> Void) throws {
        let context = AdaptationContext(stream: stream, firstTask: first, step: step, phase: phase, scheduled: scheduled)
        try precision.during {
          try recorder.run(algorithm, learner, state, part, context, step: stepNumber, worker: worker, team: team, result: handOn)
        }
        first += part.count
      }
      if parts.count == 1 { return try add(parts[0]) { total.add($0, $1, of: shard) } }
      var sum = PartialSum()
      for part in parts { try add(part) { sum.add($0, $1) } }
      try sum.hand(to: total, shard: shard, of: algorithm)
    }
    if isShared {
      for shard in own {
        do { try contribution(shard, 0) } catch { total.fail(error, in: shard) }
      }
    } else {
      let ahead = own.count > 0 && iteration + 1 < configuration.iterations ? episodes.countAhead : 0
      workers.each(own.count + ahead) { item, worker in
        guard item < own.count else {
          if !total.isComplete { episodes.drawAhead(item - own.count, of: iteration + 1) }
          return
        }
        let shard = own.lowerBound + item
        do { try contribution(shard, worker) } catch { total.fail(error, in: shard) }
      }
    }
  }

  /// Updates with the contributions to the next step: the second part of ``step()``.
  package mutating func finish(_ contributions: Contributions) throws -> StepReport {
    let watch = Stopwatch()
    let report = try KernelProfile.timed(.optimizer) { try finish(contributions.sum) }
    pace.note(seconds: contributions.seconds + watch.seconds)
    return report
  }

  /// Sends the state after a step to the other ranks, if there are any: the third part of ``step()``.
  package func publish() {
    guard let group else { return }
    group.broadcast(stateMessage(isLast: group.isStopping || iteration >= configuration.iterations))
  }

  private mutating func finish(_ sum: StepTotal.Sum) throws -> StepReport {
    let number = iteration + 1
    let (gradient, observed) = flat.parted(sum.vector)
    let mean = (1 / Double(configuration.metaBatchSize)) * gradient
    let norm = mean.norm
    let losses = Average(sum.reports.lazy.flatMap(\.losses))
    // A norm that overflows float32 is divergence too: Adam's second moment would become infinite and block every later update.
    guard norm.isFinite, losses.isFinite else {
      let culprit = flat.layout.split(mean).entries.first { !$0.leaf.norm.isFinite }
      throw TrainingError.diverged(iteration: number, parameter: culprit?.name, rates: algorithm.rateSettings)
    }
    let rate = update.learningRate
    // These references keep the tensors of the last good state as they are until the new ones are known to be finite.
    let (learned, slots) = (flat.learned, update.slots)
    guard update.apply(mean, norm: norm, to: &flat.learned) else {
      let culprit = flat.layout.split(flat.learned).entries.first { !$0.leaf.isFinite }
      flat.learned = learned
      update.resume(count: number - 1, slots: slots)
      throw TrainingError.updateDiverged(iteration: number, parameter: culprit?.name, rule: configuration.outer.optimizer.rule.card.id)
    }
    if let observed {
      let carried = algorithm.carried(after: flat.carried, observing: observed, tasks: configuration.metaBatchSize)
      guard flat.observation.fits(carried) else { throw TrainingError.misfit(algorithm: type(of: algorithm).card.id) }
      flat.carried = carried.map(\.separateCopy)
    }
    return StepReport(
      iteration: number, loss: losses.mean ?? 0, score: Average(sum.reports.lazy.flatMap { $0.scores ?? [] }).mean,
      measure: learner.taskLoss.measure,
      gradientNorm: norm, learningRate: rate, metrics: metrics(sum.reports))
  }

  /// Means over the meta-batch of the named numbers that the shards report.
  private func metrics(_ reports: [ShardReport]) -> [StepReport.Metric] {
    guard let first = reports.first, !first.metrics.isEmpty else { return [] }
    return first.metrics.map { name, _ in
      let values = reports.lazy.flatMap { $0.metrics.first { $0.name == name }?.values ?? [] }
      return StepReport.Metric(name: name, mean: Average(values).mean ?? .nan)
    }
  }
}

/// The result of one meta-training step.
public struct StepReport: Sendable, Hashable {
  /// Number of the step, from 1.
  public let iteration: Int
  /// Mean reported loss over the meta-batch.
  public let loss: Double
  /// Mean score by the task loss's measure, such as accuracy for classes; nil if the loss has no measure.
  public let score: Double?
  /// The kind of the score.
  public let measure: Measure?
  /// Norm of the meta-gradient before clipping.
  public let gradientNorm: Double
  /// Learning rate of the outer optimizer in this step.
  public let learningRate: Double
  /// Means over the meta-batch of the numbers that the algorithm reports per task.
  public let metrics: [Metric]

  /// A named number.
  public struct Metric: Sendable, Hashable {
    /// Name in metrics.jsonl.
    public let name: String
    /// Mean over the meta-batch.
    public let mean: Double

    /// Creates a named number.
    public init(name: String, mean: Double) { (self.name, self.mean) = (name, mean) }
  }
}

/// The state from which a run resumes with the same bits.
public struct TrainingSnapshot: Sendable {
  /// Number of steps done.
  public let iteration: Int
  /// "learned.<name>", "carried.<name>" and the outer optimizer's "outer.<moment>.<name>".
  public let tensors: [String: Tensor]

  /// Creates a snapshot; ``MetaTrainer`` checks names and shapes when it resumes.
  public init(iteration: Int, tensors: [String: Tensor]) {
    self.iteration = iteration
    self.tensors = tensors
  }
}
