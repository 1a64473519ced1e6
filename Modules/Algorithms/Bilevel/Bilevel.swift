public import Autograd
public import Models
public import TensorCore

/// A bilevel problem: the outer loss depends on inner parameters that an optimizer finds.
///
/// ```
/// minimise over λ   E(w_K, λ)        where  w_{k+1} = U(w_k, ∇ L(w_k, λ); hyperparameters(λ)),  k = 0, …, K − 1
/// ```
/// Losses, parameters and rule are arbitrary. Outer parameters may be weights of training examples, the strength of a penalty, a learning
/// rate or an initialisation. The problem needs no task and no episode.
/// ```swift
/// let problem = Bilevel(SGD.self, steps: 20, learningRate: 0.1)
/// let result = problem.hypergradient(
///   at: ParameterTree([("penalty", Tensor(0.5))]), from: weights,
///   inner: { w, outer, _ in trainingLoss(w) + outer["penalty"].exp() * w["w"].squared().total() },
///   outer: { w, _ in validationLoss(w) })
/// result.gradient["penalty"]   // dE/d penalty, through all twenty steps
/// ```
/// - SeeAlso: Franceschi et al., "Bilevel programming for hyperparameter optimization and meta-learning", ICML 2018, equations 1 to 7,
///   <https://arxiv.org/abs/1806.04910>.
public struct Bilevel: Sendable, Hashable {
  /// The inner optimizer: a rule with the values of its hyperparameters.
  public var optimizer: Optimizer
  /// Number of inner steps, K.
  public var steps: Int

  /// Creates a problem with a number of inner steps of a rule, SGD by default.
  public init(_ rule: any OptimizerRule.Type = SGD.self, steps: Int, learningRate: Double) {
    optimizer = Optimizer(rule)
    self.steps = steps
    optimizer["learningRate"] = learningRate
  }

  /// The hypergradient, with both losses and the final inner parameters.
  public struct Result: Sendable {
    /// dE/dλ, through all inner steps, under the names of the outer parameters.
    public let gradient: ParameterTree<Tensor>
    /// The outer loss E, summed over its elements.
    public let outerLoss: Double
    /// The inner parameters after the last step.
    public let inner: ParameterTree<Tensor>
    /// The inner loss before each step, summed over its elements.
    public let innerLosses: [Double]
  }

  /// A loss as a function of the inner and the outer parameters.
  public typealias Loss = (_ inner: ParameterTree<Variable>, _ outer: ParameterTree<Variable>) -> Variable

  /// Computes the gradient of the outer loss by reverse mode through the inner steps.
  ///
  /// - Parameters:
  ///   - outer: The outer parameters λ.
  ///   - start: The inner parameters before the first step, w₀.
  ///   - innerLoss: The inner loss L at the parameters before a step; steps count from 0.
  ///   - outerLoss: The outer loss E at the parameters after the last step.
  ///   - hyperparameters: Hyperparameters of the rule that depend on λ, by name, such as "learningRate", with one element each. The others
  ///     are constants of ``optimizer``.
  /// - Returns: The gradient, both losses and the final inner parameters.
  /// - Precondition: All parameters have the same floating type.
  public func hypergradient(
    at outer: ParameterTree<Tensor>, from start: ParameterTree<Tensor>,
    inner innerLoss: (_ inner: ParameterTree<Variable>, _ outer: ParameterTree<Variable>, _ step: Int) -> Variable, outer outerLoss: Loss,
    hyperparameters: (ParameterTree<Variable>) -> ParameterTree<Variable> = { _ in ParameterTree() }
  ) -> Result {
    hypergradient(
      at: outer, startingAt: { _ in start.map(Variable.init(constant:)) }, inner: innerLoss, outer: outerLoss,
      hyperparameters: hyperparameters)
  }

  /// Computes the gradient when the initial inner parameters depend on the outer ones, as in a learned initialisation.
  public func hypergradient(
    at outer: ParameterTree<Tensor>, startingAt start: (ParameterTree<Variable>) -> ParameterTree<Variable>,
    inner innerLoss: (_ inner: ParameterTree<Variable>, _ outer: ParameterTree<Variable>, _ step: Int) -> Variable, outer outerLoss: Loss,
    hyperparameters: (ParameterTree<Variable>) -> ParameterTree<Variable> = { _ in ParameterTree() }
  ) -> Result {
    let leaves = outer.map { Variable($0) }
    let learned = hyperparameters(leaves).map { $0.reshaped([1]) }
    let start = start(leaves)
    let dtype = start.leaves.first?.value.dtype ?? .float32
    var loop = Unrolling(optimizer.rule, HyperparameterValues(optimizer, learned: learned, tasks: 1, dtype: dtype), steps: steps)
    let path = loop(from: start) { parameters, step in innerLoss(parameters, leaves, step) }
    let value = outerLoss(path.end, leaves)
    let gradients = gradient(of: value, at: leaves.leaves)
    return Result(
      gradient: leaves.replacing(gradients.map(\.value)), outerLoss: value.value.doubles.reduce(0, +), inner: path.end.map(\.value),
      innerLosses: path.losses.map { $0.value.doubles.reduce(0, +) })
  }
}
