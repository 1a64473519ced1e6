import Autograd
import Models
public import Registry
public import Tasks
public import TensorCore

/// Reptile: the initialisation moves towards the parameters that a task's adaptation ends at.
///
/// ```
/// batched   θ ← θ + ε · mean over tasks of (θ′ᵢ − θ)
/// serial    θ ← θ + ε · (θ′ − θ) after each task: a meta-batch of one
/// ```
/// Here θ − θ′ is the meta-gradient and the outer optimizer, SGD with a rate that falls linearly to 0 by default, makes the step.
/// - SeeAlso: Nichol, Achiam and Schulman, 2018, algorithms 1 and 2, <https://arxiv.org/abs/1803.02999>. Deviation: Adam's moments
///   start anew for each task; in the code of the paper they live on from task to task, which `carryMoments` does in serial mode.
public struct Reptile: Algorithm {
  /// Whether tasks move the initialisation together or one after another.
  public enum Mode: String, Sendable, CaseIterable {
    case batched, serial
  }

  public static let card = AlgorithmCard(
    id: "reptile", title: "Reptile, batched or serial",
    citation: "Nichol et al., 2018, algorithms 1 and 2, https://arxiv.org/abs/1803.02999", metaGradient: .displacement)

  public static let hyperparameters =
    HyperparameterTable<Reptile>.nested("inner", \.inner, InnerLoop.hyperparameters)
    + HyperparameterTable<Reptile>([
      .integer(
        "inner.batch", \.batchSize, in: 0...1_000_000,
        "Samples of an adaptation step, drawn anew for each; all where it is 0 or the set has no more."),
      .boolean("inner.carryMoments", \.carriesMoments, "In serial mode, the inner optimizer's moments live on from task to task."),
      .boolean("useQuery", \.usesQuery, "In meta-training, adapt on support and query together: Reptile needs no held-out part."),
      .choice("mode", \.mode, "Batched: tasks move the initialisation together. Serial: one after another, a meta-batch of 1."),
    ])

  /// Adaptation.
  public var inner = InnerLoop(steps: 5, learningRate: 0.01)
  /// Samples of an adaptation step; 0 for all.
  public var batchSize = 0
  /// In serial mode, moments live on from task to task.
  public var carriesMoments = false
  /// In meta-training, adapt on support and query together.
  public var usesQuery = false
  /// Whether tasks move the initialisation together or one after another.
  public var mode = Mode.batched

  public init() {}

  /// Reptile with an inner loop.
  public init(inner: InnerLoop) { self.inner = inner }

  /// With all samples in every step and nothing carried, a step is tensor operations alone.
  public var isRecordable: Bool { batchSize == 0 && !carriesMoments }

  public var adaptationSteps: Int { inner.steps }

  public mutating func adopt(_ signature: TaskSignature) {
    if signature.inputShape.rank >= 3 {
      // Appendix A of the paper, 5-way Omniglot: Adam with β₁ = 0 and mini-batches of 10, on ten drawings a class.
      inner = InnerLoop(.adam, steps: signature.outputs <= 5 ? 5 : 10, learningRate: signature.outputs <= 5 ? 0.001 : 0.0005)
      inner.beta1 = 0
      batchSize = signature.outputs <= 5 ? 10 : 20
      usesQuery = true
    } else {
      // Measured, sinusoid, 30,000 iterations, seeds 0 to 3: with 0.02 three of four runs meet a task whose adaptation diverges; with
      // 0.01 none does, and the results are alike (mean squared error after 10 steps 0.129 to 0.141; the one run with 0.02: 0.128).
      inner = InnerLoop(steps: 10, learningRate: signature.taskLoss == .binaryCrossEntropy ? 0.5 : 0.01)
      usesQuery = true
    }
  }

  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration {
    var training = TrainingConfiguration(for: signature)
    if signature.inputShape.rank >= 3 { training.metaBatchSize = 5 }
    if mode == .serial { training.metaBatchSize = 1 }
    training.shardSize = min(training.shardSize, training.metaBatchSize)
    training.outer = OuterOptimizer(.sgd, learningRate: 1, schedule: .linear)
    return training
  }

  public func validate(_ learner: Learner, metaBatchSize: Int) throws(AlgorithmError) {
    if mode == .serial, metaBatchSize != 1 {
      throw .needsMetaBatch(
        algorithm: "reptile", expected: 1, found: metaBatchSize, because: "in serial mode each task moves the initialisation")
    }
    if carriesMoments, mode != .serial {
      throw .needsMode(algorithm: "reptile", setting: "inner.carryMoments", mode: Mode.serial.rawValue)
    }
  }

  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    let initial = learner.model.initialParameters(from: stream, dtype: dtype)
    let zeros = initial.map { Tensor.zeros($0.shape, dtype) }
    let count = ParameterTree([(name: "count", leaf: Tensor(0, dtype: dtype))])
    let moments = (0..<inner.optimizer.momentCount).reduce(count) { $0.merging(zeros.prefixed("moment\($1)")) }
    return MetaState(learned: initial.prefixed("initial"), carried: carriesMoments ? moments : ParameterTree())
  }

  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    let samples = usesQuery ? shard.support.concatenated(with: shard.query) : shard.support
    var memory = carriesMoments ? InnerOptimizer.Memory(carried: state.carried) : InnerOptimizer.Memory()
    let start = state.initial.map { Variable(constant: $0.repeated(shard.count)) }
    let path = follow(start, learner, samples, steps: inner.steps, context, &memory, keepsPath: false)
    let moved = displacement(from: start, to: path.end)
    // No pass over the query: the loss that adaptation computes anyway is reported, the one before its last step.
    return MetaGradient(
      gradient: moved.prefixed("initial"), losses: path.losses.last?.value ?? .zeros([shard.count]),
      carried: carriesMoments ? memory.carried : nil)
  }

  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    var memory = InnerOptimizer.Memory()
    let start = state.initial.map { Variable(constant: $0.repeated(support.inputs.shape[0])) }
    let path = follow(start, learner, support, steps: steps, context, &memory, keepsPath: true)
    return path.parameters.map { Adapted(parameters: $0.map(\.value), support: support) }
  }

  private func follow(
    _ start: ParameterTree<Variable>, _ learner: Learner, _ samples: LabelledSet, steps: Int, _ context: AdaptationContext,
    _ memory: inout InnerOptimizer.Memory, keepsPath: Bool
  ) -> AdaptationPath {
    let tasks = samples.inputs.shape[0]
    let hyper = inner.hyperparameters(learned: ParameterTree(), tasks: tasks, dtype: samples.inputs.dtype)
    let batches: ((Int) -> LabelledSet)? =
      batchSize > 0 && batchSize < samples.inputs.shape[1]
      ? { step in samples.drawn(batchSize) { context.stream(task: $0, step: step) } } : nil
    return inner.adapt(
      start, hyper, learner, samples, steps: steps, keeping: .none, memory: &memory, batch: batches,
      keepsPath: keepsPath)
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
