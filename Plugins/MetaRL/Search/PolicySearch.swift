public import Algorithms
import Autograd
import Models
public import Registry
import Tasks
import TensorCore

/// Adaptation of a policy by policy gradients, and its meta-update.
///
/// ```
/// θ′ = θ − α ∇ surrogate(trajectories of θ)        again with trajectories of θ′ for each further step
/// ```
/// - SeeAlso: Finn et al., ICML 2017, algorithm 3 and appendix A.2, <https://arxiv.org/abs/1703.03400>: one step in training, TRPO as the
///   meta-optimizer, and half the rate after the first step of a test.
public struct PolicySearch: Sendable, Hashable {
  /// How the initial policy is updated.
  public enum Update: String, Sendable, CaseIterable {
    /// By a natural-gradient step within a trust region, with a line search.
    case trpo
    /// By the outer optimizer, along the plain policy gradient.
    case gradient
  }

  /// The settings of adaptation.
  public static let adaptationSettings =
    HyperparameterTable<PolicySearch>.nested("inner", \.inner, InnerLoop.hyperparameters.without("adapts"))
    + HyperparameterTable([
      .real(
        "inner.laterFactor", \.laterFactor, in: 0...1e6,
        "Factor of the loss in adaptation steps after the first; with sgd, it is a factor of the learning rate.")
    ]) + .nested("advantage", \.advantages, AdvantageEstimation.hyperparameters)

  /// The settings of the second derivatives of an adaptation step.
  public static let surrogateSettings = HyperparameterTable<PolicySearch>([
    .choice(
      "surrogate", \.surrogate,
      "Surrogate of an adaptation step: dice has unbiased second derivatives; those of likelihood and ratio are biased, with less variance."
    )
  ])

  /// The settings of the meta-update.
  public static let updateSettings =
    HyperparameterTable<PolicySearch>([
      .choice("update", \.update, "Meta-update: a step of trpo, or the outer optimizer's along the policy gradient.")
    ]) + .nested("trpo", \.region, TrustRegion.hyperparameters)

  /// The rule and the number of adaptation steps.
  public var inner = InnerLoop(steps: 1, learningRate: 0.2)
  /// Factor of the loss in adaptation steps after the first.
  public var laterFactor = 0.5
  /// How advantages are estimated.
  public var advantages = AdvantageEstimation()
  /// The surrogate of an adaptation step.
  public var surrogate = Surrogate.likelihood
  /// How the initial policy is updated.
  public var update = Update.trpo
  /// The trust region of `trpo`.
  public var region = TrustRegion()
  /// Whether second derivatives of adaptation count; it is not a setting, because it tells algorithms apart.
  public var derivative = Unrolling.Derivative.full

  /// One step with a rate of 0.2, the surrogate of the MAML paper's code, and TRPO.
  public init() {}

  /// Trajectories with their advantages.
  struct Batch: Sendable {
    let trajectories: Trajectories
    /// [T, N, H].
    let advantages: Tensor
    /// The log-probabilities under the policy that acted, [T, N, H].
    let acting: Tensor

    /// Minus a surrogate of the return of each task, [T].
    func loss(_ surrogate: Surrogate, _ logProbabilities: Variable) -> Variable {
      surrogate.loss(logProbabilities, acting: acting, advantages: advantages, mask: trajectories.mask)
    }
  }

  /// Plays trajectories and estimates their advantages.
  func batch(_ player: Player, _ parameters: ParameterTree<Tensor>, rows: Tensor, round: Int) throws(EnvironmentError) -> Batch {
    let trajectories = try player.play(parameters, rows: rows, round: round)
    let acting = player.policy.logProbabilities(of: trajectories.actions, under: Variable(constant: trajectories.outputs)).value
    return Batch(
      trajectories: trajectories, advantages: advantages(trajectories), acting: acting.reshaped(trajectories.mask.shape))
  }

  /// The log-probabilities of what a batch did, [T, N, H], and the outputs of the policy.
  static func logProbabilities(
    _ player: Player, _ parameters: ParameterTree<Variable>, _ batch: Batch
  ) -> (values: Variable, outputs: Variable) {
    let outputs = player.outputs(batch.trajectories.observations, parameters)
    let flat = player.policy.logProbabilities(of: batch.trajectories.actions, under: outputs)
    return (flat.reshaped(batch.trajectories.mask.shape), outputs)
  }

  /// Adapts to the rows of each task.
  ///
  /// - Parameters:
  ///   - start: Initial policy and learned rates, with a leading task axis.
  ///   - player: The policy in the environment.
  ///   - rows: The rows that start trajectories, [T, N, width].
  ///   - steps: Number of steps.
  ///   - derivative: How much of the adaptation stays in the graph.
  ///   - given: The batches of an earlier adaptation to use again; nil plays new trajectories with the parameters before each step.
  /// - Returns: The trajectory of parameters, and the batch of each step.
  /// - Throws: ``EnvironmentError``
  func adapt(
    _ start: MetaParameters<Variable>, _ player: Player, rows: Tensor, steps: Int, derivative: Unrolling.Derivative,
    using given: [Batch]? = nil
  ) throws(EnvironmentError) -> (path: Trajectory, batches: [Batch]) {
    let values = inner.values(learned: start.inner, tasks: rows.shape[0], dtype: rows.dtype)
    var loop = Unrolling(inner.optimizer.rule, values, steps: steps, derivative: derivative, keepsPath: true)
    var batches = given ?? []
    var failure: EnvironmentError?
    let path = loop(from: start.initial) { parameters, step in
      if given == nil, failure == nil {
        do throws(EnvironmentError) {
          batches.append(try batch(player, parameters.map(\.value), rows: rows, round: step))
        } catch { failure = error }
      }
      // The loop cannot throw; after a failure its steps do nothing.
      guard failure == nil else { return Variable(constant: .zeros([rows.shape[0]], rows.dtype)) }
      let batch = batches[step]
      let loss = batch.loss(surrogate, Self.logProbabilities(player, parameters, batch).values)
      return step == 0 ? loss : loss * laterFactor
    }
    if let failure { throw failure }
    return (path, batches)
  }
}
