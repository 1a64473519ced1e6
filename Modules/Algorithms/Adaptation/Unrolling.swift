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
    /// All steps, but the gradients of the loss count as constants, as in first-order MAML; learned hyperparameters still get derivatives.
    case firstOrder
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
  /// A modulation of the parameters and gradients, with the model that it modulates.
  public var modulation: (by: any Modulation, of: any Model)?
  /// Whether parameters at the start may depend on each other; the gradients of the first step then pass through these dependencies.
  public var hasDependentStart = false
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
    var path = Trajectory(parameters: [modulated(start, state.count)])
    var fast = adapts.map(start.filter) ?? start
    let isFull = derivative != .none
    for index in 0..<steps {
      // Without derivatives, a step sees fresh leaves, so nothing before it stays alive. With derivatives, the graph continues;
      // untracked values become leaves, because the step differentiates with respect to them.
      let isInGraph = isFull || (hasDependentStart && index == 0)
      fast = fast.map { isInGraph && $0.isTracked ? $0 : $0.leaf }
      let number = state.count
      let present = modulated(adapts == nil ? fast : start.updated(with: fast), number)
      let losses = KernelProfile.during(.forward) { loss(present, index) }
      let gradients = KernelProfile.during(.innerGradient) {
        fast.replacing(gradient(of: losses, at: fast.leaves, differentiable: derivative == .full))
      }
      if let isDone, isDone(gradients) { break }
      fast = state.step(isFull ? fast : fast.map(\.detached), preconditioned(gradients, present), by: rule, values)
      if !isFull { state = state.detached }
      path.losses.append(losses.detached)
      if !keepsPath { path.parameters.removeAll(keepingCapacity: true) }
      path.parameters.append(modulated(adapts == nil ? fast : start.updated(with: fast), number))
    }
    return path
  }

  /// The parameters that a step computes with.
  func modulated(_ parameters: ParameterTree<Variable>, _ step: Int) -> ParameterTree<Variable> {
    modulation.map { $0.by.parameters(parameters, in: step, of: $0.of) } ?? parameters
  }

  /// The gradients that the rule gets.
  func preconditioned(_ gradients: ParameterTree<Variable>, _ parameters: ParameterTree<Variable>) -> ParameterTree<Variable> {
    modulation.map { $0.by.preconditioned(gradients, at: parameters, of: $0.of) } ?? gradients
  }
}
