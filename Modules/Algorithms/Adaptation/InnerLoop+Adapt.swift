public import Autograd
public import Models
public import Tasks
public import TensorCore

extension InnerLoop {
  /// Runs the inner loop on support sets; `derivative` says how much of it stays in the graph.
  ///
  /// - Parameters:
  ///   - start: The learned values with a leading task axis, [T, …] each.
  ///   - learner: Model and task loss; adaptation minimises its support loss.
  ///   - support: The support sets.
  ///   - derivative: How much of the loop stays in the graph.
  ///   - keepsPath: Whether to keep the parameters before the last step.
  ///   - state: State of the rule before the first step; on return, the state after the last step.
  ///   - batch: Returns the support samples of a step, counted from 0; nil uses all samples.
  ///   - centre: Centre of the proximal term; nil uses the start.
  ///   - isDone: Called before each step with the gradients of the adapted parameters; adaptation ends when it returns true.
  /// - Returns: The trajectory, with ``steps`` steps unless `isDone` ended it earlier.
  public func adapt(
    _ start: MetaParameters<Variable>, _ learner: Learner, _ support: LabelledSet, derivative: Unrolling.Derivative,
    keepsPath: Bool = false, state: inout OptimizerState, batch: ((Int) -> LabelledSet)? = nil,
    proximalTo centre: ParameterTree<Variable>? = nil, until isDone: ((ParameterTree<Variable>) -> Bool)? = nil
  ) -> Trajectory {
    let values = values(learned: start.inner, tasks: support.inputs.shape[0], dtype: support.inputs.dtype)
    var loop = Unrolling(optimizer.rule, values, steps: steps, derivative: derivative, keepsPath: keepsPath)
    loop.state = state
    loop.isDone = isDone
    loop.isSafeguarded = isSafeguarded
    loop.modulation = learner.modulation.map { ($0, learner.model) }
    defer { state = loop.state }
    let begin = begin(start.initial, learner, support, state, derivative: derivative)
    loop.hasDependentStart = state.count == 0 && learner.modulation?.hasDependentStart ?? false
    let fixed = batch == nil ? features(begin, learner, support) : nil
    let features = derivative == .none ? fixed?.detached : fixed
    return loop(from: begin, adapting: names(in: learner)) { parameters, step in
      loss(parameters, from: centre ?? begin, learner, batch?(step) ?? support, features: features)
    }
  }

  /// The features of a support set, [T, N, width], which all steps share if the head alone adapts; nil otherwise.
  func features(_ begin: ParameterTree<Variable>, _ learner: Learner, _ support: LabelledSet) -> Variable? {
    adapts == .head && learner.modulation == nil && steps > 0 ? learner.supportFeatures(begin, support) : nil
  }

  /// The parameters before the first step; later parts of an adaptation continue where they are.
  func begin(
    _ initial: ParameterTree<Variable>, _ learner: Learner, _ support: LabelledSet, _ state: OptimizerState,
    derivative: Unrolling.Derivative
  ) -> ParameterTree<Variable> {
    guard state.count == 0, let modulation = learner.modulation else { return initial }
    return modulation.start(derivative == .none && modulation.hasDependentStart ? initial.map(\.leaf) : initial, on: support, learner)
  }

  /// A predicate for the names of the parameters that adapt; nil if all do.
  /// - Precondition: The model has the part that adapts.
  func names(in learner: Learner) -> ((String) -> Bool)? {
    let names = adapts.names(in: learner.model)
    guard let modulation = learner.modulation else { return names }
    return { modulation.adapts($0, of: learner.model) && names?($0) ?? true }
  }

  /// The loss that adaptation minimises, [T]: the support loss plus the proximal term, if any.
  public func loss(
    _ parameters: ParameterTree<Variable>, from start: ParameterTree<Variable>, _ learner: Learner, _ support: LabelledSet
  ) -> Variable { loss(parameters, from: start, learner, support, features: nil) }

  /// The loss that adaptation minimises, with known features of the support set.
  func loss(
    _ parameters: ParameterTree<Variable>, from start: ParameterTree<Variable>, _ learner: Learner, _ support: LabelledSet,
    features: Variable?
  ) -> Variable {
    let loss = learner.supportLoss(parameters, support, features: features)
    guard proximity > 0 else { return loss }
    let names = names(in: learner)
    return parameters.entries.filter { names?($0.name) ?? true }.reduce(loss) { sum, entry in
      let distance = (entry.leaf - start[entry.name]).squared()
      return sum.adding(distance.sum(AxisSet(1..<distance.shape.rank)).reshaped(loss.shape), scaledBy: proximity / 2)
    }
  }

  /// Runs the inner loop from the rule's initial state.
  public func adapt(
    _ start: MetaParameters<Variable>, _ learner: Learner, _ support: LabelledSet, derivative: Unrolling.Derivative,
    keepsPath: Bool = false
  ) -> Trajectory {
    var state = OptimizerState()
    return adapt(start, learner, support, derivative: derivative, keepsPath: keepsPath, state: &state)
  }

  /// Adapts without a graph, for scoring.
  ///
  /// - Returns: The state after 0, 1, …, `steps` steps.
  public func adapted(_ learned: MetaParameters<Tensor>, _ learner: Learner, support: LabelledSet, steps: Int) -> [Adapted] {
    var loop = self
    loop.steps = steps
    let start = learned.map { Variable(constant: $0.expanded(over: support.inputs.shape[0])) }
    let path = loop.adapt(start, learner, support, derivative: .none, keepsPath: true)
    return path.parameters.map { parameters in
      let own = learner.modulation.map { modulation in
        let all = modulation.modelParameters(parameters, of: learner.model)
        return ParameterTree(learner.model.parameters.map { ($0.name, all[$0.name]) })
      }
      return Adapted(parameters: (own ?? parameters).map(\.value), support: support)
    }
  }
}
