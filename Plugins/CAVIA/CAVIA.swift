public import Algorithms
public import Models
public import Registry
public import Tasks
public import TensorCore

/// CAVIA: adaptation changes a few context parameters of a task, and the outer loop learns the model that reads them.
///
/// ```
/// cᵢ = 0 − α ∇c L(supportᵢ; θ, 0)        θ ← θ − β ∇θ Σᵢ L(queryᵢ; θ, cᵢ)
/// ```
/// A context is an input of the first layer, or modulates the channels of a convolution; see `ContextParameters`.
/// - SeeAlso: Zintgraf, Shiarlis, Kurin, Hofmann and Whiteson, "Fast context adaptation via meta-learning", ICML 2019, algorithm 1 and
///   section 3.2, <https://arxiv.org/abs/1810.03642>. Deviation: the authors' FiLM layer has biases and no 1 in its factor, so that it does
///   not start as the identity.
public struct CAVIA: DifferentiatingAlgorithm, ReferenceAlgorithm {
  public static let card = AlgorithmCard(
    id: "cavia", title: "CAVIA: adaptation of context parameters only",
    citation: "Zintgraf et al., ICML 2019, algorithm 1, https://arxiv.org/abs/1810.03642", metaGradient: .exact)

  public static let hyperparameters =
    HyperparameterTable<CAVIA>.nested("inner", \.inner, InnerLoop.hyperparameters.without("adapts"))
    + HyperparameterTable([
      .integer("context.size", \.size, in: 1...4096, "Context parameters of a task."),
      .boolean("context.learned", \.isContextLearned, "Learn where the context starts; otherwise it starts at zero."),
      .integer("context.layer", \.layer, in: 1...64, "The layer with batch norm that the context modulates, from 1."),
    ]) + objectiveSettings(\.objective) + differentiationSettings(\.differentiation)

  public static let referenceName = ReferenceName.model("cavia-mlp")

  public var inner = InnerLoop(learningRate: 1)
  public var objective = Selection(QueryLoss.self)
  public var differentiation = Selection(Unrolled.self)
  private var size = 5
  private var isContextLearned = false
  private var layer = 3

  public init() {}

  public init(_ reference: ReferenceCase) {
    inner = reference.inner
    size = reference.modelNumbers["context"] ?? size
    isContextLearned = true
  }

  public var modulation: (any Modulation)? { ContextParameters(size: size, isContextLearned: isContextLearned, film: layer) }

  /// Adopts the paper's settings: one step of 1 with 5 context parameters, and on images two steps with 100.
  public mutating func adopt(_ signature: TaskSignature) {
    inner = InnerLoop(steps: signature.inputKind == .image ? 2 : 1, learningRate: 1)
    size = signature.inputKind == .image ? 100 : 5
  }

  /// Clips the meta-gradient's entries to 10, as in the authors' code.
  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration {
    var training = TrainingConfiguration(for: signature)
    training.outer.clipValue = 10
    return training
  }

  /// Splits the first layer of a reference case, which has the context behind its other inputs.
  public func imported(_ tensors: [String: Tensor], for model: any Model) -> [String: Tensor] {
    guard let name = model.layers.first?.weight, let whole = tensors[name], whole.shape.rank == 2, whole.shape[1] > size else {
      return tensors
    }
    let inputs = whole.shape[1] - size
    return tensors.merging([
      name: whole.sliced(0..<inputs, along: 1), ContextParameters.weight: whole.sliced(inputs..<whole.shape[1], along: 1),
    ]) { $1 }
  }

  public func exported(_ tensors: [String: Tensor], for model: any Model) -> [String: Tensor] {
    guard let name = model.layers.first?.weight, let own = tensors[name], let context = tensors[ContextParameters.weight] else {
      return tensors
    }
    var result = tensors
    result[ContextParameters.weight] = nil
    result[name] = .concatenated([own, context], along: own.shape.rank - 1)
    return result
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: CAVIA.self) }
)
