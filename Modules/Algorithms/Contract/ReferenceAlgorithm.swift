public import Models
import Registry
public import Tasks
public import TensorCore

/// An algorithm that reference cases of `tools parity` name.
///
/// A case gives the learned values by the names of files: "params.<parameter>" for the model's own, and "hyper.<name>" for all others. By
/// default, the names and PyTorch's layouts are those of ``TrainingBehaviour/parameters(for:)``.
public protocol ReferenceAlgorithm: Algorithm {
  /// The name in a case that asks for this algorithm; its id by default.
  static var referenceName: ReferenceName { get }

  /// Creates the algorithm with the settings of a case.
  init(_ reference: ReferenceCase)

  /// The tensors of a case by the names and in the layouts that the algorithm declares; unchanged by default.
  ///
  /// Tensors of unexpected shapes stay as they are.
  func imported(_ tensors: [String: Tensor], for model: any Model) -> [String: Tensor]

  /// The inverse of ``imported(_:for:)``, for gradients and adapted parameters, which may have a task axis in front.
  func exported(_ tensors: [String: Tensor], for model: any Model) -> [String: Tensor]

  /// The gradient summed over tasks, the objective of each task, and the adapted parameters, if any, of a case.
  func reference(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> ReferenceResult
}

/// The name by which a reference case asks for an algorithm.
public enum ReferenceName: Sendable, Hashable {
  /// The value of "algorithm".
  case algorithm(String)
  /// The kind of the model, which is another kind with parameters of the algorithm.
  case model(String)
  /// The inner optimizer.
  case optimizer(String)
}

/// The part of a reference case that an algorithm reads.
public struct ReferenceCase: Sendable {
  /// The inner loop, with learned hyperparameters that have no transform.
  public let inner: InnerLoop
  /// The whole numbers of the case's model, by key, such as "context".
  public let modelNumbers: [String: Int]

  /// Creates the part of a case.
  public init(inner: InnerLoop, modelNumbers: [String: Int]) {
    self.inner = inner
    self.modelNumbers = modelNumbers
  }
}

/// The values that a reference case compares.
public struct ReferenceResult: Sendable {
  /// Gradient summed over tasks, with one tensor per learned tensor.
  public let gradient: MetaParameters<Tensor>
  /// The objective of each task, [T].
  public let objective: Tensor
  /// Adapted parameters, [T, …] each; empty for an algorithm without adaptation.
  public let adapted: ParameterTree<Tensor>

  /// Creates a result; by default nothing adapts.
  public init(gradient: MetaParameters<Tensor>, objective: Tensor, adapted: ParameterTree<Tensor> = ParameterTree()) {
    self.gradient = gradient
    self.objective = objective
    self.adapted = adapted
  }
}

extension ReferenceAlgorithm {
  public static var referenceName: ReferenceName { .algorithm(card.id) }
  public func imported(_ tensors: [String: Tensor], for model: any Model) -> [String: Tensor] { tensors }
  public func exported(_ tensors: [String: Tensor], for model: any Model) -> [String: Tensor] { tensors }

  public func reference(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> ReferenceResult {
    let result = metaGradient(state, learner, shard, context)
    return ReferenceResult(gradient: result.gradient, objective: result.lossPerTask)
  }
}

extension ReferenceAlgorithm where Self: MetricAlgorithm {
  public init(_ reference: ReferenceCase) { self.init() }
}

extension ReferenceAlgorithm where Self: DifferentiatingAlgorithm {
  public init(_ reference: ReferenceCase) {
    self.init()
    inner = reference.inner
  }

  public func reference(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> ReferenceResult {
    let result = differentiated(state, learner, shard, context, by: chosenDifferentiation)
    return ReferenceResult(gradient: result.gradient, objective: result.objective, adapted: result.adapted)
  }
}

extension AlgorithmRegistry {
  /// The registered algorithms that reference cases name, ordered by id.
  public static var references: [any ReferenceAlgorithm.Type] { all.items.compactMap { $0.item as? any ReferenceAlgorithm.Type } }
}
