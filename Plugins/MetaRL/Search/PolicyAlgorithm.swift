public import Algorithms
import Autograd
import Models
import Registry
public import Tasks
public import TensorCore

/// An algorithm that adapts a policy by policy gradients.
///
/// It conforms to the contract of all algorithms: an episode's rows start trajectories, the support rows those of adaptation and the query
/// rows those of scoring. The predictions of an adapted policy are the returns of new trajectories, [T, N, 1].
public protocol PolicyAlgorithm: InnerLoopAlgorithm {
  /// How the policy adapts, and how it is meta-learned.
  var search: PolicySearch { get set }
}

extension PolicyAlgorithm {
  public var learnsFromRewards: Bool { true }

  public var inner: InnerLoop {
    get { search.inner }
    set { search.inner = newValue }
  }

  /// Changes nothing: the defaults of the settings are the published ones.
  public mutating func adopt(_ signature: TaskSignature) {}

  /// TRPO chooses one step for the whole meta-batch; a plain gradient adds up over shards.
  public var coupling: TaskCoupling { search.update == .trpo ? .metaBatch : .independent }

  /// 100 meta-updates, as in the code of the MAML paper, of 20 tasks, as in its published checkpoint.
  ///
  /// TRPO's own step is the meta-gradient, so the outer optimizer is SGD with a rate of 1.
  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration {
    var training = TrainingConfiguration(for: signature)
    (training.iterations, training.metaBatchSize, training.shardSize) = (100, 20, PolicySearch.tasksPerGraph)
    training.outer = search.update == .trpo ? OuterOptimizer(SGD.self, learningRate: 1) : OuterOptimizer(Adam.self, learningRate: 0.003)
    return training
  }

  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    try validateSearch(learner, training)
  }

  /// Checks that the model is a policy for the environment's actions, and that the settings agree.
  ///
  /// - Throws: ``AlgorithmError``
  public func validateSearch(_ learner: Learner, _ training: TrainingConfiguration) throws(AlgorithmError) {
    guard let environment = learner.environment else {
      throw .unsuited(algorithm: Self.card.id, because: "a policy is adapted by acting in an environment, and there is none")
    }
    let model = type(of: learner.model)
    guard let policy = model as? any Policy.Type else {
      throw .setting(
        algorithm: Self.card.id,
        text: "model \(model.card.id) is no policy; the actions are \(environment.actions), so set --model "
          + "\(environment.signature.suggestedModel).")
    }
    let takesDiscrete = if case .discrete = environment.actions { true } else { false }
    guard policy.isDiscrete == takesDiscrete else {
      throw .setting(
        algorithm: Self.card.id,
        text: "\(model.card.id) chooses \(policy.isDiscrete ? "one of several actions" : "real numbers"), and an action of "
          + "\(type(of: environment).card.id) is \(environment.actions); set --model \(environment.signature.suggestedModel).")
    }
    try validateInner(learner)
    let outer = training.outer
    guard search.update != .trpo || metaGradientKind == .none || (outer.optimizer.rule == SGD.self && outer.learningRate == 1) else {
      throw .setting(
        algorithm: Self.card.id,
        text: "with update=trpo, the meta-gradient is the whole step, so outer.optimizer must be sgd and outer.learningRate 1; "
          + "set trpo.divergence to change the step, or update=gradient.")
    }
  }

  /// A step of TRPO holds the graphs of all tasks, with second derivatives.
  public var footprint: TrainingFootprint { TrainingFootprint(steps: 4 * max(adaptationSteps, 1), copiesPerStep: 4) }

  /// The displacement of a TRPO step, times the number of tasks, because the trainer takes a mean; or the policy gradient.
  ///
  /// The reported loss is minus the return after adaptation.
  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    do throws(EnvironmentError) {
      return try contribution(state, learner, shard, context)
    } catch {
      return MetaGradient(
        gradient: state.learned.map { .zeros($0.shape, $0.dtype) }, losses: .zeros([shard.count], shard.support.inputs.dtype),
        failure: error)
    }
  }

  private func contribution(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) throws(EnvironmentError) -> MetaGradient {
    let (support, query) = (shard.support.inputs, shard.query.inputs)
    let usesRegion = search.update == .trpo
    var graphs: [MetaObjectiveGraph] = []
    for first in stride(from: 0, to: shard.count, by: PolicySearch.tasksPerGraph) {
      let range = first..<min(first + PolicySearch.tasksPerGraph, shard.count)
      let player = Player(learner, context.starting(at: first))
      graphs.append(
        try MetaObjectiveGraph(
          search, player, state, support: support.slice(range), query: query.slice(range), withDivergence: usesRegion))
    }
    let predictions = Tensor.concatenated(graphs.map { $0.query.trajectories.predictions }, along: 0)
    let before = graphs.compactMap { $0.support.first?.trajectories.meanReturns }
    var metrics: [(String, Tensor)] = before.isEmpty ? [] : [("returnBeforeAdaptation", .concatenated(before, along: 0))]
    var gradient = graphs[0].gradient
    if usesRegion {
      let step = try search.region.step(state.learned, graphs, tasks: shard.count)
      gradient = step.displacement.map { Double(shard.count) * $0 }
      metrics += [("divergence", step.divergence), ("stepFraction", step.fraction)].map { name, number in
        (name, Tensor(repeating: number, shape: [shard.count], dtype: support.dtype))
      }
    } else {
      for graph in graphs.dropFirst() { gradient = zip(gradient, graph.gradient).map { $0 + $1 } }
    }
    return MetaGradient(
      gradient: state.learned.replacing(gradient), losses: learner.losses(predictions, shard.query.targets),
      scored: .init(predictions, shard.query.targets), metrics: ParameterTree(metrics.map { (name: $0.0, leaf: $0.1) }))
  }

  /// Adapts by trajectories of the support rows; if the environment fails, the states after that are not numbers.
  ///
  /// ``scores(_:_:_:steps:modes:_:)`` reports the failure.
  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    do throws(EnvironmentError) {
      return try path(state, learner, support, steps: steps, context).map { Adapted(parameters: $0, support: support) }
    } catch {
      let lost = state.initial.map { Tensor(repeating: .nan, shape: $0.shape, dtype: $0.dtype).expanded(over: support.inputs.shape[0]) }
      return [Adapted(parameters: lost, support: support)]
    }
  }

  private func path(
    _ state: MetaState, _ learner: Learner, _ support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) throws(EnvironmentError) -> [ParameterTree<Tensor>] {
    let start = state.start.map { Variable(constant: $0.expanded(over: support.inputs.shape[0])) }
    let (path, _) = try search.adapt(start, Player(learner, context), rows: support.inputs, steps: steps, derivative: .none)
    return path.parameters.map { $0.map(\.value) }
  }

  /// The returns of one trajectory for each query row, [T, N, 1]; not numbers if the environment fails.
  public func predict(
    _ adapted: Adapted, _ learner: Learner, query: Tensor, mode: NormalisationMode, _ context: AdaptationContext
  ) -> Tensor {
    do throws(EnvironmentError) {
      return try Player(learner, context).play(adapted.parameters, rows: query, round: 0).predictions
    } catch {
      return Tensor(repeating: .nan, shape: [query.shape[0], query.shape[1], 1], dtype: query.dtype)
    }
  }

  /// Scores the policy before adaptation and after each step by new trajectories; batch normalisation plays no part.
  public func scores(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, steps: Int, modes: [NormalisationMode], _ context: AdaptationContext
  ) -> [ShardScores] {
    do throws(EnvironmentError) {
      let player = Player(learner, context)
      var (losses, scores, paths): ([[Double]], [[Double]], [SamplePath]) = ([], [], [])
      for (step, parameters) in try path(state, learner, shard.support, steps: steps, context).enumerated() {
        let trajectories = try player.play(parameters, rows: shard.query.inputs, round: 0)
        losses.append(learner.losses(trajectories.predictions, shard.query.targets).doubles)
        scores.append(learner.scores(trajectories.predictions, shard.query.targets) ?? [])
        paths += player.paths(trajectories, rows: shard.query.inputs, step: step)
      }
      return modes.map { _ in ShardScores(losses: losses, measure: .expectedReturn, scores: scores, paths: paths) }
    } catch {
      return modes.map { _ in ShardScores(losses: [], failure: error) }
    }
  }
}

extension AdaptationContext {
  /// The context of the tasks from a place in this one's shard on.
  fileprivate func starting(at place: Int) -> AdaptationContext {
    AdaptationContext(stream: stream, firstTask: firstTask + place, step: step, phase: phase, scheduled: scheduled)
  }
}

extension PolicySearch {
  /// Tasks whose graph is built and differentiated together.
  ///
  /// It is a constant, because it affects rounding.
  static let tasksPerGraph = 2
}
