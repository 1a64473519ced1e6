public import Autograd
import Models
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
  /// - Returns: The path, of as many steps as the settings say.
  public func adapt(
    _ start: MetaParameters<Variable>, _ learner: Learner, _ support: LabelledSet, derivative: Unrolling.Derivative,
    keepsPath: Bool = false, state: inout OptimizerState, batch: ((Int) -> LabelledSet)? = nil
  ) -> Trajectory {
    let values = values(learned: start.inner, tasks: support.inputs.shape[0], dtype: support.inputs.dtype)
    var loop = Unrolling(optimizer.rule, values, steps: steps, derivative: derivative, keepsPath: keepsPath)
    loop.state = state
    defer { state = loop.state }
    return loop(from: start.initial, adapting: adapts.names(in: learner.model)) { parameters, step in
      learner.supportLoss(parameters, batch?(step) ?? support)
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
    let start = learned.map { Variable(constant: $0.repeated(support.inputs.shape[0])) }
    let path = loop.adapt(start, learner, support, derivative: .none, keepsPath: true)
    return path.parameters.map { Adapted(parameters: $0.map(\.value), support: support) }
  }
}
