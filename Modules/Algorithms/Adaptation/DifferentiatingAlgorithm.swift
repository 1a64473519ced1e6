import Autograd
public import Models
public import Registry
public import Tasks
public import TensorCore

/// An inner-loop algorithm that differentiates a meta-objective: MAML, first-order MAML, Meta-SGD and their relatives.
///
/// ``objective`` selects the meta-objective, and ``differentiation`` selects the method that differentiates it. An algorithm exposes the
/// method as a setting or fixes it.
public protocol DifferentiatingAlgorithm: InnerLoopAlgorithm {
  /// The meta-objective and its settings, by an id in ``ObjectiveRegistry``.
  var objective: Selection { get set }
  /// The differentiation method and its settings, by an id in ``DifferentiationRegistry``.
  var differentiation: Selection { get }
  /// How the algorithm changes the adaptation of the model; nil, the default, for plain adaptation.
  var modulation: (any Modulation)? { get }
}

extension DifferentiatingAlgorithm {
  /// The setting "objective" for the choice, and "objective.…" for the settings of the registered objectives.
  public static func objectiveSettings(
    _ path: any WritableKeyPath<Self, Selection> & Sendable
  ) -> HyperparameterTable<Self> {
    .flattened(path, Selection.hyperparameters("objective", among: ObjectiveRegistry.types, "What meta-training minimises."))
  }

  /// The setting "gradient" for the choice, and "gradient.…" for the settings of the registered differentiation methods.
  public static func differentiationSettings(
    _ path: any WritableKeyPath<Self, Selection> & Sendable
  ) -> HyperparameterTable<Self> {
    .flattened(path, Selection.hyperparameters("gradient", among: DifferentiationRegistry.types, "How the meta-gradient is taken."))
  }

  /// The objective that the settings select.
  /// - Precondition: ``Applicability/validate(_:_:_:)`` has accepted the settings.
  public var chosenObjective: any MetaObjective {
    do { return try made(objective) } catch { fatalError("\(error)") }
  }

  /// The differentiation method that the settings select.
  /// - Precondition: ``Applicability/validate(_:_:_:)`` has accepted the settings.
  public var chosenDifferentiation: any Differentiation {
    do { return try made(differentiation) } catch { fatalError("\(error)") }
  }

  public var modulation: (any Modulation)? { nil }

  /// The inner loop for meta-training and testing, with the proximal term of the differentiation method, if any.
  public var adaptation: InnerLoop { chosenDifferentiation.adaptation(inner) }

  /// True: objectives and adaptation take losses from the learner.
  public var acceptsPadding: Bool { true }

  /// True if the differentiation method is recordable.
  public var isRecordable: Bool { chosenDifferentiation.isRecordable }
  /// The kind of gradient that the objective and the differentiation method give together.
  public var metaGradientKind: MetaGradientKind { chosenObjective.kind(by: chosenDifferentiation.kind(through: inner)) }
  /// The task coupling of the objective.
  public var coupling: TaskCoupling { chosenObjective.coupling }
  /// Number of support sets per task that the objective needs.
  public var supports: Int { chosenObjective.supports }
  /// The scheduled numbers of the objective.
  public func scheduled(_ step: AdaptationContext.Step) -> ParameterTree<Tensor> {
    chosenObjective.scheduled(step, adaptationSteps: inner.steps)
  }

  /// The advice of the differentiation method.
  public func advice(_ means: [StepReport.Metric]) -> String? { chosenDifferentiation.advice(means, through: inner) }

  /// Memory of a step: the differentiation method says how many step graphs are alive at the same time.
  public var footprint: TrainingFootprint {
    TrainingFootprint(
      steps: max(chosenDifferentiation.liveSteps(of: inner.steps), 1), copiesPerStep: inner.optimizer.copiesPerStep, supports: supports)
  }

  /// Checks the inner loop, the objective and the differentiation method by ``validateChoices(_:)``.
  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    try validateChoices(learner)
  }

  /// Checks the inner loop, the objective and the differentiation method, alone and against each other.
  ///
  /// - Throws: ``AlgorithmError``
  public func validateChoices(_ learner: Learner) throws(AlgorithmError) {
    try validateInner(learner)
    if let objection = modulation?.objection(to: learner.model) { throw .unsuited(algorithm: Self.card.id, because: objection) }
    do {
      let (objective, way): (any MetaObjective, any Differentiation) = (try made(objective), try made(differentiation))
      try objective.validate(inner)
      if let objection = way.objection(to: objective) ?? objective.objection(to: way) {
        throw AlgorithmError.setting(algorithm: Self.card.id, text: objection)
      }
      if !inner.learns.names.isEmpty, way.kind == .firstOrder || !objective.isThroughAdaptation {
        throw HyperparameterError.malformed(
          key: "inner.learn", found: inner.learns.names.joined(separator: ","),
          expected: "none where the meta-gradient does not go through adaptation; choose another gradient or objective")
      }
    } catch let error as AlgorithmError {
      throw error
    } catch {
      throw .setting(algorithm: Self.card.id, text: "\(error)")
    }
  }

  /// The initial parameters of the model and the learned ones of the modulation, with the learned hyperparameters, if any.
  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    initialState(learner, from: stream, dtype: dtype, inner)
  }

  /// The initial state with another inner loop, whose hyperparameters are learned.
  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType, _ inner: InnerLoop) -> MetaState {
    guard let modulation else { return inner.initialState(learner.model.initialParameters(from: stream, dtype: dtype), dtype: dtype) }
    func values(_ areLearned: Bool) -> ParameterTree<Tensor> {
      modulation.initialParameters(for: learner.model, from: stream, dtype: dtype, areLearned: areLearned)
    }
    let initial = values(true)
    let adapting = initial.merging(values(false)).filter { modulation.adapts($0, of: learner.model) }
    return MetaState(
      learned: MetaParameters(initial: initial, inner: inner.initialHyperparameters(for: adapting, dtype: dtype)))
  }

  /// The parameters of the model and those that the modulation adds to it, as files lay them out.
  public func parameters(for model: any Model) -> [ParameterDeclaration] {
    model.parameters + (modulation?.parameters(for: model) ?? [])
  }

  /// The learned initial parameters of the model, as the modulation gives them to it.
  public func modelInitialisation(_ state: MetaState, _ learner: Learner) -> ParameterTree<Tensor> {
    guard let modulation else { return state.initial }
    let all = start(state, learner).initial.map { Variable(constant: $0.expanded(over: 1)) }
    let own = modulation.modelParameters(modulation.parameters(all, in: 0, of: learner.model), of: learner.model)
    return ParameterTree(
      learner.model.parameters.map(\.name).filter { modulation.isLearned($0, of: learner.model) }.map { ($0, own[$0].value[0]) })
  }

  /// The inputs of adaptation: the learned values, and the parameters that are not learned.
  private func start(_ state: MetaState, _ learner: Learner) -> MetaParameters<Tensor> {
    var start = state.start
    guard let modulation, let dtype = start.initial.leaves.first?.dtype else { return start }
    let fixed = modulation.initialParameters(for: learner.model, from: RandomStream(seed: 0), dtype: dtype, areLearned: false)
    if !fixed.isEmpty { start.initial = start.initial.merging(fixed) }
    return start
  }

  /// Adapts by ``adaptation`` and returns the state after each step.
  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    adaptation.adapted(start(state, learner), learner.modulated(by: modulation), support: support, steps: steps)
  }

  /// Differentiates the objective; a fixed initialisation gets no gradient.
  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    differentiated(state, learner, shard, context, by: chosenDifferentiation).contribution(shard)
  }

  /// Differentiates the objective by a given method; values that are not learned get no gradient.
  public func differentiated(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext, by way: any Differentiation
  ) -> Differentiated {
    let learner = learner.modulated(by: modulation)
    var result = way(chosenObjective, through: inner, at: start(state, learner), learner, shard, context)
    if result.gradient.initial.count > state.learned.initial.count {
      result.gradient.initial = result.gradient.initial.filter { state.learned.initial.leaf($0) != nil }
    }
    return result
  }

  /// The objective of each task, [T], without a graph.
  public func metaObjective(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> Tensor { objectiveValue(state, learner, shard, context, offset: nil) }

  /// The objective of each task, [T], with an offset added to all parameters that it reads.
  public func metaObjective(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext, offset: ParameterTree<Tensor>
  ) -> Tensor { objectiveValue(state, learner, shard, context, offset: offset) }

  private func objectiveValue(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext, offset: ParameterTree<Tensor>?
  ) -> Tensor {
    let theta = start(state, learner).map { Variable(constant: $0.expanded(over: shard.count)) }
    let (objective, adaptation, learner) = (chosenObjective, adaptation, learner.modulated(by: modulation))
    let adapted = shard.supports.prefix(objective.supports).map { support -> Trajectory in
      let path = adaptation.adapt(theta, learner, support, derivative: .none, keepsPath: objective.readsPath)
      guard let offset else { return path }
      return Trajectory(
        parameters: path.parameters.map { point in
          point.replacing(point.entries.map { name, leaf in offset.leaf(name).map { Variable(constant: leaf.value + $0) } ?? leaf })
        }, losses: path.losses)
    }
    return objective(adapted, learner, shard, context).objective.value
  }
}

private func made(_ selection: Selection) throws -> any MetaObjective {
  func value<O: MetaObjective>(_ type: O.Type) throws -> any MetaObjective { try selection.value(of: type) }
  if let type = ObjectiveRegistry.types.first(where: { $0.id == selection.id }) { return try value(type) }
  throw LookupError(kind: "objective", name: selection.id, known: ObjectiveRegistry.types.map { $0.id })
}

private func made(_ selection: Selection) throws -> any Differentiation {
  func value<D: Differentiation>(_ type: D.Type) throws -> any Differentiation { try selection.value(of: type) }
  if let type = DifferentiationRegistry.types.first(where: { $0.id == selection.id }) { return try value(type) }
  throw LookupError(kind: "way of differentiation", name: selection.id, known: DifferentiationRegistry.types.map { $0.id })
}
