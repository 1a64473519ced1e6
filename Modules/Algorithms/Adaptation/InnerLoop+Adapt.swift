public import Autograd
public import Models
public import Tasks
public import TensorCore

extension InnerLoop {
  /// Adapts to support sets in a graph.
  ///
  /// - Parameters:
  ///   - start: What is learned, over the task axis, [T, …] each.
  ///   - learner: Whose support loss is minimised.
  ///   - support: The support sets.
  ///   - derivative: How much stays in the graph.
  ///   - keepsPath: Whether parameters before the last step are kept.
  ///   - state: What the rule remembers from steps before, and afterwards.
  ///   - batch: The support samples of a step, from 0; all of them where nil.
  ///   - centre: Where the proximal term holds adaptation to; the start where nil.
  ///   - isDone: Asked before each step with the gradients of what adapts; adaptation ends where it says true.
  /// - Returns: The path, of as many steps as the settings say, or until it is done.
  public func adapt(
    _ start: MetaParameters<Variable>, _ learner: Learner, _ support: LabelledSet, derivative: Unrolling.Derivative,
    keepsPath: Bool = false, state: inout OptimizerState, batch: ((Int) -> LabelledSet)? = nil,
    proximalTo centre: ParameterTree<Variable>? = nil, until isDone: ((ParameterTree<Variable>) -> Bool)? = nil
  ) -> Trajectory {
    let values = values(learned: start.inner, tasks: support.inputs.shape[0], dtype: support.inputs.dtype)
    var loop = Unrolling(optimizer.rule, values, steps: steps, derivative: derivative, keepsPath: keepsPath)
    loop.state = state
    loop.isDone = isDone
    defer { state = loop.state }
    return loop(from: start.initial, adapting: adapts.names(in: learner.model)) { parameters, step in
      loss(parameters, from: centre ?? start.initial, learner, batch?(step) ?? support)
    }
  }

  /// What adaptation minimises at given parameters: the support loss, with the proximal term where there is one, [T].
  public func loss(
    _ parameters: ParameterTree<Variable>, from start: ParameterTree<Variable>, _ learner: Learner, _ support: LabelledSet
  ) -> Variable {
    let loss = learner.supportLoss(parameters, support)
    guard proximity > 0 else { return loss }
    let names = adapts.names(in: learner.model)
    return parameters.entries.filter { names?($0.name) ?? true }.reduce(loss) { sum, entry in
      let distance = (entry.leaf - start[entry.name]).squared()
      return sum.adding(distance.sum(AxisSet(1..<distance.shape.rank)).reshaped(loss.shape), scaledBy: proximity / 2)
    }
  }

  /// The same from the rule's initial state.
  public func adapt(
    _ start: MetaParameters<Variable>, _ learner: Learner, _ support: LabelledSet, derivative: Unrolling.Derivative,
    keepsPath: Bool = false
  ) -> Trajectory {
    var state = OptimizerState()
    return adapt(start, learner, support, derivative: derivative, keepsPath: keepsPath, state: &state)
  }

  /// An adaptation without a graph, as algorithms hand it to scoring.
  ///
  /// - Returns: The state after 0, 1, …, `steps` steps.
  public func adapted(_ learned: MetaParameters<Tensor>, _ learner: Learner, support: LabelledSet, steps: Int) -> [Adapted] {
    var loop = self
    loop.steps = steps
    let start = learned.map { Variable(constant: $0.expanded(over: support.inputs.shape[0])) }
    let path = loop.adapt(start, learner, support, derivative: .none, keepsPath: true)
    return path.parameters.map { Adapted(parameters: $0.map(\.value), support: support) }
  }
}
