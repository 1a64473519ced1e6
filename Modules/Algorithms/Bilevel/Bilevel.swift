public import Autograd
public import Models
public import TensorCore

/// A bilevel problem: outer parameters that are judged by what an optimizer makes of inner ones.
///
/// ```
/// minimise over λ   E(w_K, λ)        where  w_{k+1} = U(w_k, ∇ L(w_k, λ); hyperparameters(λ)),  k = 0, …, K − 1
/// ```
/// Any losses, any parameters, any rule: weights of training examples, a penalty's strength, a learning rate, an initialisation. No
/// task and no episode is needed.
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
  /// Inner steps, K.
  public var steps: Int

  /// Some steps of a rule.
  public init(_ rule: any OptimizerRule.Type = SGD.self, steps: Int, learningRate: Double) {
    optimizer = Optimizer(rule)
    self.steps = steps
    optimizer["learningRate"] = learningRate
  }

  /// What the outer parameters are worth.
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

  /// A loss of the inner and the outer parameters.
  public typealias Loss = (_ inner: ParameterTree<Variable>, _ outer: ParameterTree<Variable>) -> Variable

  /// The gradient of the outer loss, by reverse mode through the inner steps.
  ///
  /// - Parameters:
  ///   - outer: The outer parameters λ.
  ///   - start: The inner parameters before the first step, w₀.
  ///   - innerLoss: L, at the parameters before a step; the number of the step counts from 0.
  ///   - outerLoss: E, at the parameters after the last step.
  ///   - hyperparameters: The rule's hyperparameters that depend on λ by name, "learningRate" for example, one element each; the others
  ///     are constants of ``optimizer``.
  /// - Returns: The gradient with what was computed on the way.
  /// - Precondition: All parameters are of one floating type.
  public func hypergradient(
    at outer: ParameterTree<Tensor>, from start: ParameterTree<Tensor>,
    inner innerLoss: (_ inner: ParameterTree<Variable>, _ outer: ParameterTree<Variable>, _ step: Int) -> Variable, outer outerLoss: Loss,
    hyperparameters: (ParameterTree<Variable>) -> ParameterTree<Variable> = { _ in ParameterTree() }
  ) -> Result {
    hypergradient(
      at: outer, startingAt: { _ in start.map(Variable.init(constant:)) }, inner: innerLoss, outer: outerLoss,
      hyperparameters: hyperparameters)
  }

  /// The same where the inner parameters before the first step depend on the outer ones: a learned initialisation.
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
