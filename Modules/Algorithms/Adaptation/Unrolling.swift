public import Autograd
public import Models
import TensorCore

/// The inner loop itself: differentiable optimizer steps on any loss.
///
/// ```
/// θₖ₊₁ = U(θₖ, ∇L(θₖ); hyperparameters)        k = 0, …, steps − 1
/// ```
/// - SeeAlso: Franceschi et al., "Bilevel programming for hyperparameter optimization and meta-learning", ICML 2018, equations 5 to 7,
///   <https://arxiv.org/abs/1806.04910>.
public struct Unrolling {
  /// How much of the loop stays in the graph.
  public enum Derivative: Sendable, Hashable {
    /// All steps: derivatives of the result pass through every step.
    case full
    /// No step: each step builds its own graph and drops it afterwards.
    case none
  }

  /// The update rule.
  public var rule: any OptimizerRule.Type
  /// The rule's hyperparameters.
  public var values: HyperparameterValues
  /// Number of steps.
  public var steps: Int
  /// How much of the loop stays in the graph.
  public var derivative: Derivative
  /// Whether to keep the parameters before the last step; without derivatives, dropping them lets the steps reuse memory.
  public var keepsPath: Bool
  /// Whether no step may increase a task's loss; it applies to loops without derivatives.
  public var isSafeguarded = false
  /// State of the rule: before a run the initial state, after a run the final state.
  public var state = OptimizerState()

  /// Called before each step with the gradients of the adapted parameters; the loop ends when it returns true.
  public var isDone: ((ParameterTree<Variable>) -> Bool)?

  /// Creates a loop; by default all steps stay in the graph.
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
  ///   - start: Parameters with a leading task axis, [T, …].
  ///   - adapts: Returns whether the parameter of a given name changes; nil changes all.
  ///   - loss: Loss of each task, [T], at the given parameters before the given step, counted from 0. The loss of task i may depend on
  ///     row i only.
  /// - Returns: The trajectory of all parameters, with the loss before each step.
  public mutating func callAsFunction(
    from start: ParameterTree<Variable>, adapting adapts: ((String) -> Bool)? = nil,
    minimising loss: (_ parameters: ParameterTree<Variable>, _ step: Int) -> Variable
  ) -> Trajectory {
    if isSafeguarded, derivative == .none { return safeguarded(from: start, adapting: adapts, minimising: loss) }
    var path = Trajectory(parameters: [start])
    var fast = adapts.map(start.filter) ?? start
    let isFull = derivative == .full
    for index in 0..<steps {
      // Without derivatives, a step sees fresh leaves, so nothing before it stays alive. With derivatives, the graph continues;
      // untracked values become leaves, because the step differentiates with respect to them.
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
