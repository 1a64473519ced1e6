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
  /// Everything that is meta-learned, as of now.
  public private(set) var state: MetaState
  private let layout: FlatParameters
  /// All learned parameters as one vector, under the name "all"; the state's leaves are views of it.
  private var vector: ParameterTree<Tensor>
  private var update: OuterUpdate
  private let workers: WorkerPool
  private var recorder: StepRecorder

  /// Steps done.
  public var iteration: Int { update.count }

  /// A run at its start.
  ///
  /// - Throws: ``AlgorithmError`` when settings do not go together.
  public init(
    _ algorithm: any Algorithm, _ learner: Learner, tasks: any TaskDistribution, _ configuration: TrainingConfiguration
  ) throws {
    try algorithm.validate(learner, metaBatchSize: configuration.metaBatchSize)
    self.algorithm = algorithm
    self.learner = learner
    self.tasks = tasks
    self.configuration = configuration
    let start = algorithm.initialState(
      learner, from: RandomStream(seed: configuration.seed).child("initial parameters"), dtype: .float32)
    layout = FlatParameters(start.learned)
    vector = ParameterTree([(name: "all", leaf: layout.joined(start.learned, dtype: .float32))])
    state = MetaState(learned: layout.split(vector["all"]), carried: start.carried)
    update = OuterUpdate(configuration.outer, iterations: configuration.iterations, for: vector)
    workers = WorkerPool(threads: configuration.threads)
    recorder = StepRecorder(workers: configuration.threads)
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
    vector["all"] = layout.joined(try restored(state.learned, "learned"), dtype: .float32)
    state = MetaState(learned: layout.split(vector["all"]), carried: try restored(state.carried, "carried"))
    let moments = try update.moments.entries.map { name, moment in
      let kind = String(name.prefix { $0 != "." })
      return (name: name, leaf: layout.joined(try restored(layout.split(moment), "outer.\(kind)"), dtype: .float32))
    }
    update.resume(count: snapshot.iteration, moments: ParameterTree(moments))
  }

  /// Everything that a resumed run needs.
  public var snapshot: TrainingSnapshot {
    // "first.all" becomes "outer.first.<name>".
    let moments = update.moments.entries.map { layout.split($0.leaf).prefixed("outer.\($0.name.prefix { $0 != "." })") }
    let all = moments.reduce(state.learned.prefixed("learned").merging(state.carried.prefixed("carried"))) { $0.merging($1) }
    return TrainingSnapshot(iteration: iteration, tensors: Dictionary(uniqueKeysWithValues: all.entries.map { ($0.name, $0.leaf) }))
  }

  /// Gives back the memory of recorded steps; the next step records anew.
  public mutating func releaseWorkingMemory() { recorder = StepRecorder(workers: configuration.threads) }

  /// One meta-update: draws the meta-batch, shares it out, sums the shards' gradients in their order and updates.
  ///
  /// - Throws: ``TrainingError/diverged(iteration:parameter:rates:)``, after which the state is the last good one; and
  ///   what the task distribution throws.
  public mutating func step() throws -> StepReport {
    let size = configuration.metaBatchSize
    let shardSize = min(configuration.shardSize, size)
    let shards = (size + shardSize - 1) / shardSize
    let (algorithm, learner, tasks, state, seed, iteration) = (algorithm, learner, tasks, state, configuration.seed, iteration)
    let stream = RandomStream(seed: seed).child("meta-training").child(iteration)
    let (recorder, stepNumber, layout) = (recorder, recorder.nextStep(), layout)
    let parts = try workers.map(shards) { shard, worker in
      let range = (shard * shardSize)..<min((shard + 1) * shardSize, size)
      let first = iteration * size
      let episodes = try KernelProfile.timed(.data) {
        try tasks.checkedEpisodes(first + range.lowerBound..<first + range.upperBound, in: .metaTrain, seed: seed)
      }
      let context = AdaptationContext(stream: stream, firstTask: range.lowerBound)
      return try recorder.contribution(algorithm, learner, state, episodes, context, layout, step: stepNumber, worker: worker)
    }
    return try KernelProfile.timed(.optimizer) { try finish(parts, taskCount: size) }
  }

  private mutating func finish(_ parts: [ShardContribution], taskCount: Int) throws -> StepReport {
    let number = iteration + 1
    let losses = parts.flatMap(\.losses)
    let mean = Tensor.total(of: parts.map(\.gradient), scale: 1 / Double(taskCount))
    let norm = mean.norm
    // A norm that overflows float32 is divergence too: Adam's second moment would become infinite and stop every later update.
    guard norm.isFinite, losses.allSatisfy(\.isFinite) else {
      let culprit = layout.split(mean).entries.first { !$0.leaf.norm.isFinite }
      throw TrainingError.diverged(iteration: number, parameter: culprit?.name, rates: type(of: algorithm).innerRateKeys)
    }
    let carried = parts.compactMap(\.carried)
    precondition(
      carried.isEmpty || parts.count == 1, "\(type(of: algorithm).card.id) carries state from \(parts.count) shards; it has to be one")
    let rate = update.learningRate
    // The views of the old vector go first, so that the update has the only reference and works in place.
    state.learned = ParameterTree()
    update.apply(ParameterTree([(name: "all", leaf: mean)]), norm: norm, to: &vector)
    state.learned = layout.split(vector["all"])
    if let last = carried.last { state.carried = last }
    let accuracies = parts.compactMap(\.accuracies).flatMap { $0 }
    return StepReport(
      iteration: number, loss: losses.reduce(0, +) / Double(max(losses.count, 1)),
      accuracy: accuracies.isEmpty ? nil : accuracies.reduce(0, +) / Double(accuracies.count), gradientNorm: norm, learningRate: rate)
  }
}

/// What one meta-training step did.
public struct StepReport: Sendable, Hashable {
  /// The number of the step, from 1.
  public let iteration: Int
  /// Mean over the meta-batch of the loss that the algorithm reports.
  public let loss: Double
  /// Mean fraction of right answers, where there are classes.
  public let accuracy: Double?
  /// Norm of the meta-gradient before clipping.
  public let gradientNorm: Double
  /// The outer optimizer's step size in this step.
  public let learningRate: Double
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
