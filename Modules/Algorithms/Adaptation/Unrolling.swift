public import Autograd
public import Models
import TensorCore

/// Steps of an optimizer on any loss, in a graph that can be differentiated: the inner loop itself.
///
/// ```
/// θₖ₊₁ = U(θₖ, ∇L(θₖ); hyperparameters)        k = 0, …, steps − 1
/// ```
/// - SeeAlso: Franceschi et al., "Bilevel programming for hyperparameter optimization and meta-learning", ICML 2018, equations 5 to 7,
///   <https://arxiv.org/abs/1806.04910>.
public struct Unrolling {
  /// How much of the loop stays in the graph.
  public enum Derivative: Sendable, Hashable {
    /// Every step: derivatives of the end go through all of them.
    case full
    /// No step: each one has a graph of its own, which is dropped after it.
    case none
  }

  /// The rule.
  public var rule: any OptimizerRule.Type
  /// The rule's hyperparameters.
  public var values: HyperparameterValues
  /// How many steps.
  public var steps: Int
  /// How much stays in the graph.
  public var derivative: Derivative
  /// Whether the parameters before the last step are kept: without derivatives, steps otherwise take turns in the same memory.
  public var keepsPath: Bool
  /// What the rule remembers: before the first step, and after the last one where the loop has run.
  public var state = OptimizerState()

  /// Asked before each step with the gradients of what adapts; the loop ends where it says true.
  public var isDone: ((ParameterTree<Variable>) -> Bool)?

  /// A loop of an optimizer.
  public init(
    _ rule: any OptimizerRule.Type, _ values: HyperparameterValues, steps: Int, derivative: Derivative = .full, keepsPath: Bool = false
  ) {
    self.rule = rule
    self.values = values
    self.steps = steps
    self.derivative = derivative
    self.keepsPath = keepsPath
  }

  /// Runs the loop.
  ///
  /// - Parameters:
  ///   - start: Parameters over the task axis, [T, …].
  ///   - adapts: Which of them move, by name; all where nil.
  ///   - loss: The loss of each task, [T], at given parameters before a given step, from 0. Task i's loss may depend on row i alone.
  /// - Returns: The path: all parameters, and the loss before each step.
  public mutating func callAsFunction(
    from start: ParameterTree<Variable>, adapting adapts: ((String) -> Bool)? = nil,
    minimising loss: (_ parameters: ParameterTree<Variable>, _ step: Int) -> Variable
  ) -> Trajectory {
    var path = Trajectory(parameters: [start])
    var fast = adapts.map(start.filter) ?? start
    let isFull = derivative == .full
    for index in 0..<steps {
      // Without derivatives a step sees fresh leaves, so that nothing before it is kept alive. With them the graph goes on, and what is
      // not tracked yet becomes a leaf, because the step differentiates at it.
      fast = fast.map { isFull && $0.isTracked ? $0 : $0.leaf }
      let present = adapts == nil ? fast : start.updated(with: fast)
      let losses = KernelProfile.during(.forward) { loss(present, index) }
      let gradients = KernelProfile.during(.innerGradient) {
        fast.replacing(gradient(of: losses, at: fast.leaves, differentiable: isFull))
      }
      if let isDone, isDone(gradients) { break }
      fast = state.step(isFull ? fast : fast.map(\.detached), gradients, by: rule, values)
      if !isFull { state = state.detached }
      path.losses.append(losses.detached)
      if !keepsPath { path.parameters.removeAll(keepingCapacity: true) }
      path.parameters.append(adapts == nil ? fast : start.updated(with: fast))
    }
    return path
  }
}
