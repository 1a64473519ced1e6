import Models
public import Tasks
public import TensorCore

/// Meta-training as a value that is advanced step by step.
///
/// The command line, a benchmark and an embedding program share it: each calls ``step()`` as often as it likes, and shows,
/// stops or saves in between. A run of n steps equals, bit for bit, a run of k steps that is saved, resumed and finished, and a
/// run on any other number of threads.
public struct MetaTrainer: Sendable {
  /// The algorithm with its settings.
  public let algorithm: any Algorithm
  /// What adapts.
  public let learner: Learner
  /// Where tasks come from.
  public let tasks: any TaskDistribution
  /// How the run goes.
  public let configuration: TrainingConfiguration
  private var flat: FlatState
  private var update: OuterUpdate
  private let workers: WorkerPool
  private var recorder: StepRecorder
  private var episodes: ShardEpisodes
  private let supports: Int
  private let isScheduled: Bool

  /// Everything that is meta-learned, as of now.
  public var state: MetaState { flat.split }

  /// Steps done.
  public var iteration: Int { update.count }

  /// A run at its start.
  ///
  /// - Throws: ``AlgorithmError`` when settings do not go together, or the algorithm is not for such tasks; `HyperparameterError` for
  ///   a setting of the outer optimizer that is out of its range.
  public init(
    _ algorithm: any Algorithm, _ learner: Learner, tasks: any TaskDistribution, _ configuration: TrainingConfiguration
  ) throws {
    try algorithm.validate(learner, tasks.signature, configuration)
    let configuration = try configuration.validated(for: algorithm)
    self.algorithm = algorithm
    self.learner = learner
    self.tasks = tasks
    self.configuration = configuration
    let start = algorithm.initialState(
      learner, from: RandomStream(seed: configuration.seed).child("initial parameters"), dtype: .float32)
    flat = FlatState(start)
    try configuration.outer.validate(names: flat.layout.names)
    update = OuterUpdate(
      configuration.outer, iterations: configuration.iterations, for: flat.learned,
      segments: flat.layout.segments(configuration.outer.rateFactor))
    workers = WorkerPool(threads: configuration.threads)
    recorder = StepRecorder(algorithm, workers: configuration.threads)
    supports = algorithm.supports
    episodes = ShardEpisodes(tasks, configuration, supports: supports)
    let first = AdaptationContext.Step(iteration: 0, iterations: configuration.iterations)
    isScheduled = !algorithm.scheduled(first).isEmpty
  }

  /// A run where a snapshot was taken.
  ///
  /// - Throws: ``TrainingError/snapshot(missingOrMisshapen:)`` when it does not fit, and what the other initialiser throws.
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
    update.resume(
      count: snapshot.iteration,
      slots: try configuration.outer.optimizer.checkpointSlots.map { joined(try restored(state.learned.named, "outer.\($0)")) })
  }

  /// Everything that a resumed run needs.
  public var snapshot: TrainingSnapshot {
    let state = state
    let slots = zip(configuration.outer.optimizer.checkpointSlots, update.slots).map { flat.layout.split($1).prefixed("outer.\($0)") }
    let all = slots.reduce(state.learned.named.prefixed("learned").merging(state.carried.prefixed("carried"))) { $0.merging($1) }
    return TrainingSnapshot(iteration: iteration, tensors: Dictionary(uniqueKeysWithValues: all.entries.map { ($0.name, $0.leaf) }))
  }

  /// Gives back the memory of recorded steps and of tasks drawn ahead; the next step records and draws anew.
  public mutating func releaseWorkingMemory() {
    recorder = StepRecorder(algorithm, workers: configuration.threads)
    episodes = ShardEpisodes(tasks, configuration, supports: supports)
  }

  /// One meta-update: draws the meta-batch, shares it out, sums the shards' gradients in their order and updates.
  ///
  /// Threads that have no shard left while others are at work draw tasks of the next step, if the configuration says that there is
  /// one; they are kept until then.
  ///
  /// - Throws: ``TrainingError/diverged(iteration:parameter:rates:)``, after which the state is the last good one; and
  ///   what the task distribution throws.
  public mutating func step() throws -> StepReport {
    let sum = try shards()
    return try KernelProfile.timed(.optimizer) { try finish(sum) }
  }

  /// What the shards of the next step contribute.
  ///
  /// A function of its own, so that nothing here shares the learned parameters when they are updated.
  private func shards() throws -> StepTotal.Sum {
    let (algorithm, learner, state, episodes, iteration, shards) = (algorithm, learner, flat, episodes, iteration, configuration.shards)
    let stream = RandomStream(seed: configuration.seed).child("meta-training").child(iteration)
    let step = AdaptationContext.Step(iteration: iteration, iterations: configuration.iterations)
    let (phase, scheduled) = (algorithm.phase(step), isScheduled ? algorithm.scheduled(step) : ParameterTree())
    let (recorder, stepNumber, total) = (recorder, recorder.nextStep(), StepTotal(of: shards, algorithm: type(of: algorithm).card.id))
    // A shard that is alone is shared by the threads; otherwise each thread takes shards of its own.
    let team = shards == 1 ? workers : nil
    let contribution = { @Sendable (shard: Int, worker: Int) throws in
      let context = AdaptationContext(
        stream: stream, firstTask: episodes.range(of: shard).lowerBound, step: step, phase: phase, scheduled: scheduled)
      try recorder.run(
        algorithm, learner, state, episodes.take(shard, of: iteration), context, step: stepNumber, worker: worker, team: team
      ) { total.add($0, $1, of: shard) }
    }
    if shards == 1 {
      try contribution(0, 0)
    } else {
      let ahead = iteration + 1 < configuration.iterations ? episodes.countAhead : 0
      workers.each(shards + ahead) { item, worker in
        guard item < shards else {
          if !total.isComplete { episodes.drawAhead(item - shards, of: iteration + 1) }
          return
        }
        do { try contribution(item, worker) } catch { total.fail(error, in: item) }
      }
    }
    return try total.sum()
  }

  private mutating func finish(_ sum: StepTotal.Sum) throws -> StepReport {
    let number = iteration + 1
    let (gradient, observed) = flat.parted(sum.vector)
    let mean = (1 / Double(configuration.metaBatchSize)) * gradient
    let norm = mean.norm
    let losses = Average(sum.reports.lazy.flatMap(\.losses))
    // A norm that overflows float32 is divergence too: Adam's second moment would become infinite and stop every later update.
    guard norm.isFinite, losses.isFinite else {
      let culprit = flat.layout.split(mean).entries.first { !$0.leaf.norm.isFinite }
      throw TrainingError.diverged(iteration: number, parameter: culprit?.name, rates: algorithm.rateSettings)
    }
    let rate = update.learningRate
    update.apply(mean, norm: norm, to: &flat.learned)
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

  /// The means over the meta-batch of what the shards report by name.
  private func metrics(_ reports: [ShardReport]) -> [StepReport.Metric] {
    guard let first = reports.first, !first.metrics.isEmpty else { return [] }
    return first.metrics.map { name, _ in
      let values = reports.lazy.flatMap { $0.metrics.first { $0.name == name }?.values ?? [] }
      return StepReport.Metric(name: name, mean: Average(values).mean ?? .nan)
    }
  }
}

/// What one meta-training step did.
public struct StepReport: Sendable, Hashable {
  /// The number of the step, from 1.
  public let iteration: Int
  /// Mean over the meta-batch of the loss that the algorithm reports.
  public let loss: Double
  /// Mean score by the task loss's measure, the fraction of right answers for classes; nil where the loss has none.
  public let score: Double?
  /// What the score is.
  public let measure: Measure?
  /// Norm of the meta-gradient before clipping.
  public let gradientNorm: Double
  /// The outer optimizer's learning rate in this step.
  public let learningRate: Double
  /// Means over the meta-batch of what the algorithm reports of its tasks.
  public let metrics: [Metric]

  /// A named number.
  public struct Metric: Sendable, Hashable {
    /// What it is called in metrics.jsonl.
    public let name: String
    /// Its mean over the meta-batch.
    public let mean: Double
  }
}

/// Everything that a resumed run needs to go on with the same bits.
public struct TrainingSnapshot: Sendable {
  /// Steps done.
  public let iteration: Int
  /// "learned.<name>", "carried.<name>" and the outer optimizer's "outer.<moment>.<name>".
  public let tensors: [String: Tensor]

  /// Gathers a snapshot.
  public init(iteration: Int, tensors: [String: Tensor]) {
    self.iteration = iteration
    self.tensors = tensors
  }
}
