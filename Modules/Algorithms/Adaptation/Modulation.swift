public import Autograd
public import Models
public import Tasks
import TensorCore

/// How an algorithm changes the adaptation of any model, by parameters of its own beside those of the model.
///
/// ```
/// θₖ₊₁ = U(θₖ, P(∇L(f(θₖ)); θₖ))        f gives the model its parameters, P preconditions the gradient
/// ```
/// Context parameters, transformation layers, curvature matrices and values for each step are modulations. Every objective and every way
/// of differentiation works with them. The parameters of a modulation have names in the same tree as those of the model; in the inner loop
/// some adapt, and the others keep their values and get a meta-gradient. Adapted states hold the model's own parameters only, so an adapted
/// model is a plain one.
public protocol Modulation: Sendable {
  /// The parameters of the modulation for a model, in addition to the model's own.
  func parameters(for model: any Model) -> [ParameterDeclaration]

  /// The reason why the modulation does not suit a model; nil if it does.
  func objection(to model: any Model) -> String?

  /// True if a parameter of the modulation or of the model is meta-learned.
  ///
  /// Adaptation starts at the initial value of another parameter of the modulation, and at zero for one of the model.
  func isLearned(_ name: String, of model: any Model) -> Bool

  /// True if adaptation changes a parameter, which is one of the model or of the modulation.
  func adapts(_ name: String, of model: any Model) -> Bool

  /// Whether ``start(_:on:_:)`` makes some parameters from others; the gradients of the first step then pass through this dependence.
  var hasDependentStart: Bool { get }

  /// The parameters at which adaptation to a support set starts.
  ///
  /// - Parameters:
  ///   - parameters: The learned parameters and the initial values of the others, [T, …] each.
  ///   - support: The support sets.
  ///   - learner: The model with this modulation.
  /// - Returns: Parameters with the same names and shapes.
  func start(_ parameters: ParameterTree<Variable>, on support: LabelledSet, _ learner: Learner) -> ParameterTree<Variable>

  /// The parameters of an adaptation step; it may choose the values of the step.
  ///
  /// - Parameters:
  ///   - parameters: The parameters before the step, [T, …] each, or those that it returns.
  ///   - step: The number of the step, from 0.
  ///   - model: The model that adapts.
  /// - Returns: Parameters with the same names and shapes.
  func parameters(_ parameters: ParameterTree<Variable>, in step: Int, of model: any Model) -> ParameterTree<Variable>

  /// The parameters that the model computes with, [T, …] each; at least all of the model's own.
  func modelParameters(_ parameters: ParameterTree<Variable>, of model: any Model) -> ParameterTree<Variable>

  /// The gradients that the rule of the inner loop gets.
  ///
  /// - Parameters:
  ///   - gradients: Gradients of the parameters that adapt, [T, …] each.
  ///   - parameters: All parameters of the step.
  ///   - model: The model that adapts.
  /// - Returns: Gradients with the same names and shapes.
  func preconditioned(
    _ gradients: ParameterTree<Variable>, at parameters: ParameterTree<Variable>, of model: any Model
  ) -> ParameterTree<Variable>
}

extension Modulation {
  public func objection(to model: any Model) -> String? { nil }
  public func parameters(for model: any Model) -> [ParameterDeclaration] { [] }
  public var hasDependentStart: Bool { false }
  public func isLearned(_ name: String, of model: any Model) -> Bool { true }
  public func adapts(_ name: String, of model: any Model) -> Bool { true }

  public func start(
    _ parameters: ParameterTree<Variable>, on support: LabelledSet, _ learner: Learner
  ) -> ParameterTree<Variable> { parameters }

  public func parameters(
    _ parameters: ParameterTree<Variable>, in step: Int, of model: any Model
  ) -> ParameterTree<Variable> { parameters }

  public func modelParameters(_ parameters: ParameterTree<Variable>, of model: any Model) -> ParameterTree<Variable> { parameters }

  public func preconditioned(
    _ gradients: ParameterTree<Variable>, at parameters: ParameterTree<Variable>, of model: any Model
  ) -> ParameterTree<Variable> { gradients }

  /// Initial values of the model and of the modulation, learned ones or the others.
  func initialParameters(
    for model: any Model, from stream: RandomStream, dtype: DType, areLearned: Bool
  ) -> ParameterTree<Tensor> {
    let own = model.parameters.map { areLearned ? $0 : ParameterDeclaration($0.name, $0.shape, $0.layout, .zeros) }
    return ParameterTree(
      (own + parameters(for: model)).filter { isLearned($0.name, of: model) == areLearned }.map {
        ($0.name, $0.initialiser.tensor($0.shape, from: stream.child($0.name), dtype: dtype))
      })
  }
}
