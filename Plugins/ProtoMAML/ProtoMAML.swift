import Autograd
public import Algorithms
import Models
public import Registry
public import Tasks
import TensorCore

/// Proto-MAML: MAML whose head starts as the classifier of prototypical networks.
///
/// ```
/// cₖ = mean of f(x; θ) over the support of class k        wₖ = 2·cₖ, bₖ = −‖cₖ‖²        then (θ, w, b) adapts as in MAML
/// ```
/// The head depends on the initialisation through the prototypes. The gradient of the first step and the meta-gradient pass through them.
/// No head is learned, so the order of the classes does not matter.
/// - SeeAlso: Triantafillou et al., "Meta-Dataset", ICLR 2020, section 3 (Proto-MAML), <https://arxiv.org/abs/1903.03096>.
public struct ProtoMAML: DifferentiatingAlgorithm, ReferenceAlgorithm {
  public static let card = AlgorithmCard(
    id: "proto-maml", title: "Proto-MAML: the head starts from prototypes",
    citation: "Triantafillou et al., ICLR 2020, section 3, https://arxiv.org/abs/1903.03096", metaGradient: .exact, isCompared: false)

  public static let hyperparameters =
    HyperparameterTable<ProtoMAML>.nested("inner", \.inner, InnerLoop.hyperparameters)
    + objectiveSettings(\.objective)

  public var inner = InnerLoop()
  public var objective = Selection(QueryLoss.self)
  public var differentiation: Selection { Selection(Unrolled.self) }

  public init() {}

  public var modulation: (any Modulation)? { PrototypeHead() }
  /// False: prototypes are means over all samples of a class.
  public var acceptsPadding: Bool { false }
  /// True: each class has a prototype.
  public var needsEveryClass: Bool { true }

  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    guard signature.taskLoss.targets == .classes, AdaptedPart.body.suits(learner.model) else {
      throw .unsuited(algorithm: Self.card.id, because: "it supports only classification with an embedding model")
    }
    try validateChoices(learner)
  }
}

/// The head of an embedding model, made from the prototypes of the support set.
private struct PrototypeHead: Modulation {
  var hasDependentStart: Bool { true }

  func isLearned(_ name: String, of model: any Model) -> Bool { !(model.embedding?.isHead(name) ?? false) }

  func start(_ parameters: ParameterTree<Variable>, on support: LabelledSet, _ learner: Learner) -> ParameterTree<Variable> {
    guard let embedding = learner.model.embedding else { return parameters }
    let features = embedding.features(Variable(constant: support.inputs), parameters, normalisation: .wholeBatch)
    let centres = prototypes(of: features, support.targets)
    var result = parameters
    result["\(embedding.headLayer).weight"] = centres.transposed([0, 2, 1]) * 2
    result["\(embedding.headLayer).bias"] = -centres.squared().sum([2]).reshaped([centres.shape[0], centres.shape[1]])
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
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: ProtoMAML.self) }
)
