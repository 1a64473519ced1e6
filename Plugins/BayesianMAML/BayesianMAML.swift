import Autograd
public import Algorithms
public import Models
public import Registry
public import Tasks
public import TensorCore

/// Bayesian MAML: several initialisations, the particles, adapt together to samples of a task's posterior, and predict together.
///
/// ```
/// Θ = (θ¹, …, θᴹ)        Θ′ᵢ = SVGD(Θ; supportᵢ)        Θ ← Θ − β ∇Θ Σᵢ L(queryᵢ; mean prediction of Θ′ᵢ)
/// ```
/// The mean of classes is that of their probabilities, and of numbers that of the outputs. The posterior has the likelihood exp(−N·L) for
/// N support samples with mean loss L, and a flat prior. The metric "spread" is the deviation of the outputs between particles.
///
/// With `leaderSteps` above 0, the meta-loss is the chaser loss: the adapted particles shall be where they would go on support and query
/// together. The leader Θ″, that many steps further, is held constant. The metric "chase" is this loss.
/// ```
/// Θ″ᵢ = SVGD(Θ′ᵢ; supportᵢ ∪ queryᵢ)        Θ ← Θ − β ∇Θ Σᵢ Σₘ ‖θ′ᵢᵐ − θ″ᵢᵐ‖²
/// ```
/// - SeeAlso: Yoon et al., "Bayesian model-agnostic meta-learning", NeurIPS 2018, algorithm 2 and equation 6 (Bayesian fast adaptation),
///   section 3.3 (the chaser loss), <https://arxiv.org/abs/1806.03836>. Deviation: without a leader, the meta-loss is the loss of the mean
///   prediction.
public struct BayesianMAML: InnerLoopAlgorithm {
  public static let card = AlgorithmCard(
    id: "bayesian-maml", title: "Bayesian MAML: particles that adapt and predict together",
    citation: "Yoon et al., NeurIPS 2018, section 3.2, https://arxiv.org/abs/1806.03836", metaGradient: .exact, isCompared: false)

  public static let hyperparameters =
    HyperparameterTable<BayesianMAML>.nested("inner", \.inner, InnerLoop.hyperparameters)
    + HyperparameterTable([
      .integer("particles", \.particles, in: 1...1000, "Number of particles M; 1 is MAML."),
      .real("repulsion", \.repulsion, in: 0...1e6, "Strength of the repulsion of particles; 1 samples the posterior, 0 only descends."),
      .integer(
        "leaderSteps", \.leaderSteps, in: 0...100,
        "Steps by which the chaser loss's leader is ahead, on support and query together; 0 is the loss of the mean prediction."),
    ])

  public var inner = InnerLoop()
  /// M.
  public var particles = 5
  /// Strength of the repulsion.
  public var repulsion = 1.0
  /// Steps of the chaser loss's leader; 0 for the loss of the mean prediction.
  public var leaderSteps = 0

  public init() {}

  public var isRecordable: Bool { true }
  public var footprint: TrainingFootprint {
    // Stein's directions take about twelve copies of the particles. The leader's steps keep no graph.
    TrainingFootprint(steps: max(adaptationSteps, 1), copiesPerStep: inner.optimizer.copiesPerStep + 12, models: particles)
  }

  /// One set of initial parameters for each particle, [M, …] each.
  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    let drawn = (0..<particles).map { learner.model.initialParameters(from: stream.child("particle").child($0), dtype: dtype) }
    let stacked = drawn[0].replacing(drawn[0].leaves.indices.map { leaf in Tensor.stacked(drawn.map { $0.leaves[leaf] }) })
    return inner.initialState(stacked, dtype: dtype)
  }

  /// The first particle.
  public func modelInitialisation(_ state: MetaState, _ learner: Learner) -> ParameterTree<Tensor> { state.initial.map { $0[0] } }

  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    let leaves = state.learned.map { Variable($0) }
    let repeated = Episodes(support: repeated(shard.support), query: repeated(shard.query))
    let end = path(leaves.initial.map { $0.broadcastOverTasks(shard.count) }, learner, repeated.support, inner.steps, .full).end
    let outputs = learner.queryPredictions(end, repeated)
    let predictions = mean(outputs, learner)
    let losses = learner.loss(predictions, shard.query.targets)
    let chase = leaderSteps > 0 ? distance(of: end, toLeaderOf: repeated, learner) : nil
    return MetaGradient(
      gradient: leaves.replacing(gradient(of: chase ?? losses, at: leaves.leaves).map(\.value)), losses: losses.value,
      scored: .init(predictions.value, shard.query.targets),
      metrics: ParameterTree([("spread", spread(outputs.value))] + (chase.map { [("chase", $0.value)] } ?? [])))
  }

  /// The chaser loss of each task, [T], for particles [T·M, …].
  private func distance(of chaser: ParameterTree<Variable>, toLeaderOf episodes: Episodes, _ learner: Learner) -> Variable {
    let start = chaser.map {
      Variable(constant: $0.value.reshaped(Shape([$0.shape[0] / particles, particles] + $0.shape.dimensions.dropFirst())))
    }
    let leader = path(start, learner, episodes.support.concatenated(with: episodes.query), leaderSteps, .none).end
    let apart = chaser.rows - Variable(constant: leader.rows.value)
    return apart.squared().reshaped([apart.shape[0] / particles, particles * apart.shape[1]]).sum([1])
      .reshaped([apart.shape[0] / particles])
  }

  /// Adapted parameters are [T, M, …] each.
  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    let tasks = support.inputs.shape[0]
    let start = state.initial.map { Variable(constant: $0.expanded(over: tasks).contiguous) }
    return path(start, learner, repeated(support), steps, .none).parameters.map { point in
      Adapted(parameters: point.map { $0.value.reshaped(Shape([tasks, particles] + $0.shape.dimensions.dropFirst())) }, support: support)
    }
  }

  public func predict(
    _ adapted: Adapted, _ learner: Learner, query: Tensor, mode: NormalisationMode, _ context: AdaptationContext
  ) -> Tensor {
    let parameters = adapted.parameters.map { $0.reshaped(Shape([$0.shape[0] * particles] + $0.shape.dimensions.dropFirst(2))) }
    let outputs = learner.predict(parameters, support: repeated(adapted.support.inputs), query: repeated(query), mode: mode)
    return mean(Variable(constant: outputs), learner).value
  }

  /// Moves the particles of all tasks, [T, M, …] each; the path has them as [T·M, …].
  private func path(
    _ start: ParameterTree<Variable>, _ learner: Learner, _ repeated: LabelledSet, _ steps: Int, _ derivative: Unrolling.Derivative
  ) -> Trajectory {
    var loop = inner
    loop.steps = steps
    let samples = Double(max(repeated.inputs.shape[1], 1))
    let all = start.map { $0.reshaped(Shape([$0.shape[0] * particles] + $0.shape.dimensions.dropFirst(2))) }
    return loop.adapt(
      MetaParameters(initial: all), learner.modulated(by: SteinKernel(particles: particles, repulsion: repulsion / samples)), repeated,
      derivative: derivative, keepsPath: derivative == .none)
  }

  /// The prediction of all particles together, [T, N, outputs], from outputs [T·M, N, outputs].
  private func mean(_ outputs: Variable, _ learner: Learner) -> Variable {
    let (samples, width) = (outputs.shape[1], outputs.shape[2])
    let grouped = outputs.reshaped([outputs.shape[0] / particles, particles, samples, width])
    /// The logarithm of the mean of exponentials.
    func logMean(_ values: Variable) -> Variable { values.logSumExp([1]) - logarithm(particles, values.value.dtype) }
    let result =
      switch learner.taskLoss.targets {
      case .classes: logMean(grouped.logSoftmax())
      case .binary: logMean(-(-grouped).softplus()) - logMean(-grouped.softplus())
      case .values, .rewards: grouped.mean([1])
      }
    return result.reshaped([grouped.shape[0], samples, width])
  }

  /// The standard deviation between particles of each task, over all outputs, [T].
  private func spread(_ outputs: Tensor) -> Tensor {
    let grouped = outputs.reshaped([outputs.shape[0] / particles, particles, outputs.shape[1] * outputs.shape[2]])
    return (grouped - grouped.mean([1])).map(.square).mean([1, 2]).map(.squareRoot).reshaped([grouped.shape[0]])
  }

  /// Sets of tasks, each once for every particle: [T, N, …] as [T·M, N, …].
  private func repeated(_ set: LabelledSet) -> LabelledSet {
    LabelledSet(inputs: repeated(set.inputs), targets: set.targets.mapTensor(repeated))
  }

  private func repeated(_ tensor: Tensor) -> Tensor {
    let rest = tensor.shape.dimensions.dropFirst()
    return tensor.reshaped(tensor.shape.inserting(1, at: 1)).broadcast(to: Shape([tensor.shape[0], particles] + rest))
      .reshaped(Shape([tensor.shape[0] * particles] + rest))
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: BayesianMAML.self) }
)
