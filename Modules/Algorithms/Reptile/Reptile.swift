public import Autograd
public import Models
public import Registry
public import Tasks
public import TensorCore

/// Reptile: moves the initialisation towards the adapted parameters of each task.
///
/// ```
/// batched   θ ← θ + ε · mean over tasks of (θ′ᵢ − θ)
/// serial    θ ← θ + ε · (θ′ − θ) after each task: a meta-batch of one
/// ```
/// Here θ − θ′ is the meta-gradient, and the outer optimizer takes the step. By default it is SGD with a rate that falls linearly to 0.
/// - SeeAlso: Nichol, Achiam and Schulman, 2018, algorithms 1 and 2, <https://arxiv.org/abs/1803.02999>. Deviation: Adam's moments start
///   anew for each task. In the paper's code they persist from task to task, as with `carryMoments` in serial mode.
public struct Reptile: InnerLoopAlgorithm {
  /// Whether tasks move the initialisation together or one after another.
  public enum Mode: String, Sendable, CaseIterable {
    case batched, serial
  }

  public static let card = AlgorithmCard(
    id: "reptile", title: "Reptile, batched or serial",
    citation: "Nichol et al., 2018, algorithms 1 and 2, https://arxiv.org/abs/1803.02999", metaGradient: .displacement,
    published: [
      .omniglot(shots: 1, "95.39 ± 0.09 / 97.68 ± 0.04", .nicholBoth), .omniglot(shots: 5, "98.90 ± 0.10 / 99.48 ± 0.06", .nicholBoth),
    ])

  public static let hyperparameters =
    HyperparameterTable<Reptile>.nested("inner", \.inner, InnerLoop.hyperparameters)
    + HyperparameterTable<Reptile>([
      .integer(
        "inner.batch", \.batchSize, in: 0...1_000_000,
        "Samples of an adaptation step, drawn anew for each; all where it is 0 or the set has no more."),
      .boolean("inner.carryMoments", \.carriesMoments, "In serial mode, keep the inner optimizer's moments from one task to the next."),
      .boolean(
        "useQuery", \.usesQuery, "In meta-training, adapt to support and query samples together, because Reptile needs no query loss."),
      .choice("mode", \.mode, "Batched: one update from all tasks of a meta-batch. Serial: one update per task, with a meta-batch of 1."),
    ])

  /// The inner loop, in meta-training and in testing.
  public var inner = InnerLoop(steps: 5, learningRate: 0.01)
  /// Samples per adaptation step; 0 for all.
  public var batchSize = 0
  /// In serial mode, whether the inner optimizer's moments persist from task to task.
  public var carriesMoments = false
  /// Whether meta-training adapts on support and query together.
  public var usesQuery = false
  /// Whether tasks move the initialisation together or one after another.
  public var mode = Mode.batched

  public init() {}

  /// Creates Reptile with a given inner loop.
  public init(inner: InnerLoop) { self.inner = inner }

  /// True if every step uses all samples and nothing is carried: a step then consists of tensor operations only.
  public var isRecordable: Bool { batchSize == 0 && !carriesMoments }

  public mutating func adopt(_ signature: TaskSignature) {
    usesQuery = true
    switch signature.inputKind {
    case .image:
      // Appendix A of the paper, 5-way Omniglot: Adam with β₁ = 0 and mini-batches of 10, on ten drawings per class.
      let isSmall = signature.outputs <= 5
      inner = InnerLoop(Adam.self, steps: isSmall ? 5 : 10, learningRate: isSmall ? 0.001 : 0.0005)
      inner.optimizer["beta1"] = 0
      batchSize = isSmall ? 10 : 20
    case .vector, .signal:
      // Measured on sinusoid, 30,000 iterations, seeds 0 to 3: with 0.02, adaptation diverges on a task in three of four runs; with 0.01 in
      // none. The results are alike (mean squared error after 10 steps 0.129 to 0.141; the one run with 0.02: 0.128).
      inner = InnerLoop(steps: 10, learningRate: InnerLoop.vectorRate(for: signature.taskLoss.targets))
    }
  }

  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration {
    var training = TrainingConfiguration(for: signature)
    if signature.inputKind == .image { training.metaBatchSize = 5 }
    if mode == .serial { training.metaBatchSize = 1 }
    training.shardSize = min(training.shardSize, training.metaBatchSize)
    training.outer = OuterOptimizer(SGD.self, learningRate: 1, schedule: .linear)
    return training
  }

  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    try validateInner(learner)
    if mode == .serial, training.metaBatchSize != 1 {
      throw .needsMetaBatch(
        algorithm: "reptile", expected: 1, found: training.metaBatchSize, because: "serial mode updates the initialisation after each task")
    }
    if carriesMoments, mode != .serial {
      throw .needsMode(algorithm: "reptile", setting: "inner.carryMoments", mode: Mode.serial.rawValue)
    }
  }

  /// True unless steps draw mini-batches, which would contain padding.
  public var acceptsPadding: Bool { batchSize == 0 }

  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    let initial = learner.model.initialParameters(from: stream, dtype: dtype)
    return MetaState(
      learned: MetaParameters(initial: initial),
      carried: carriesMoments ? CarriedMoments.start(of: inner.optimizer.rule, like: initial, dtype) : ParameterTree())
  }

  public func validate(carried: ParameterTree<Tensor>, after iteration: Int) throws(AlgorithmError) {
    // The largest inner.steps: a test may have another number of steps than the run.
    try CarriedMoments.validate(carried, most: Double(iteration) * Double(InnerLoop.stepsLimit))
  }

  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    let samples = usesQuery ? shard.support.concatenated(with: shard.query) : shard.support
    let start = state.learned.map { Variable(constant: $0.expanded(over: shard.count)) }
    var moments = carriesMoments ? CarriedMoments.state(inner.optimizer.rule, state.carried) : OptimizerState()
    let path = inner.adapt(
      start, learner, samples, derivative: .none, state: &moments, batch: batches(of: samples, context))
    // Report the loss before the last adaptation step, which is computed anyway, to avoid a pass over the query.
    return MetaGradient(
      gradient: MetaParameters(initial: displacement(from: start.initial, to: path.end)),
      losses: path.losses.last?.value ?? .zeros([shard.count]), observed: carriesMoments ? CarriedMoments.carried(moments) : nil)
  }

  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    var loop = inner
    loop.steps = steps
    var moments = OptimizerState()
    let start = state.learned.map { Variable(constant: $0.expanded(over: support.inputs.shape[0])) }
    let path = loop.adapt(
      start, learner, support, derivative: .none, keepsPath: true, state: &moments, batch: batches(of: support, context))
    return path.parameters.map { Adapted(parameters: $0.map(\.value), support: support) }
  }

  /// Returns the samples of each step; nil if every step uses all of them.
  private func batches(of samples: LabelledSet, _ context: AdaptationContext) -> ((Int) -> LabelledSet)? {
    guard batchSize > 0, batchSize < samples.inputs.shape[1] else { return nil }
    return { step in samples.drawn(batchSize) { context.stream(task: $0, step: step) } }
  }
}

/// The sum of θ − θ′ over tasks, in the shapes of the parameters without a task axis.
public func displacement(from start: ParameterTree<Variable>, to end: ParameterTree<Variable>) -> ParameterTree<Tensor> {
  start.zip(end) { before, after in
    (before.value - after.value).sum([0]).reshaped(before.shape.dropFirst())
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: Reptile.self) }
)
