public import Algorithms
public import Autograd
public import Models
public import Registry
public import Tasks
public import TensorCore

/// Relation networks: a learned module scores how well a query fits each class.
///
/// ```
/// cₖ = Σ f(x) over the support of class k        rₖ = σ(g([cₖ, f(x)]))        loss: mean over queries and classes of (rₖ − [k = y])²
/// ```
/// g is a network with one hidden layer, learned with the embedding. The logits are g before the sigmoid, so that the class of the largest
/// relation score is the prediction. In training, the reported loss is the one above; in tests it is the cross-entropy of the logits.
/// - SeeAlso: Sung, Yang, Zhang, Xiang, Torr and Hospedales, CVPR 2018, equations 1 and 2, <https://arxiv.org/abs/1711.06025>. Deviation:
///   the paper's g has two convolutional blocks before its two layers, on concatenated feature maps; here it has feature vectors, softplus
///   instead of ReLU, and first weights of c and f(x) that start as opposites, so that g starts from differences.
public struct RelationNetworks: MetricAlgorithm {
  public static let card = AlgorithmCard(
    id: "relation-net", title: "Relation networks",
    citation: "Sung et al., CVPR 2018, equations 1 and 2, https://arxiv.org/abs/1711.06025", metaGradient: .exact, family: .metric,
    isCompared: false)

  public static let hyperparameters = HyperparameterTable<RelationNetworks>([
    .integer("hidden", \.hidden, in: 1...4096, "Width of the relation module's hidden layer.")
  ])

  /// Width of the hidden layer.
  public var hidden = 64

  public init() {}

  /// The meta-batches of other comparisons, and a rate of 0.003.
  ///
  /// On meta-validation of Omniglot, 20-way 1-shot, accuracy is 41.6% after 800 iterations; with 0.001 it is 6.1% after 300.
  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration {
    var training = TrainingConfiguration.ofComparisons(for: signature)
    training.outer.learningRate = 0.003
    return training
  }

  public func initialComparison(width: Int, from stream: RandomStream, dtype: DType) -> ParameterTree<Tensor> {
    func drawn(_ name: String, _ shape: Shape, fanIn: Int) -> Tensor {
      Initialiser.pytorch(fanIn: fanIn).tensor(shape, from: stream.child(name), dtype: dtype)
    }
    let ofClasses = drawn("relation.0.weight", [width, hidden], fanIn: 2 * width)
    return ParameterTree([
      ("relation.0.weight", .concatenated([ofClasses, -1 * ofClasses], along: 0)),
      ("relation.0.bias", drawn("relation.0.bias", [hidden], fanIn: 2 * width)),
      ("relation.1.weight", drawn("relation.1.weight", [hidden, 1], fanIn: hidden)),
      ("relation.1.bias", drawn("relation.1.bias", [1], fanIn: hidden)),
    ])
  }

  public func compare(_ support: Variable, _ targets: Targets, _ query: Variable, _ own: ParameterTree<Variable>) -> Variable {
    let (tasks, samples, width) = (query.shape[0], query.shape[1], query.shape[2])
    let sums = classMembers(targets, support.value.dtype).matmul(support, transposeFirst: true)
    let (ways, weights) = (sums.shape[1], own["relation.0.weight"])
    // The first layer on a concatenation is a sum of two products.
    let ofClasses = sums.linear(weights.sliced(0..<width, along: 1), own["relation.0.bias"]).reshaped([tasks, 1, ways, hidden])
    let ofQueries = query.matmul(weights.sliced(width..<(2 * width), along: 1)).reshaped([tasks, samples, 1, hidden])
    return (ofQueries + ofClasses).softplus().reshaped([tasks, samples * ways, hidden])
      .linear(own["relation.1.weight"], own["relation.1.bias"]).reshaped([tasks, samples, ways])
  }

  public func loss(_ logits: Variable, _ targets: Targets, _ learner: Learner) -> Variable {
    logits.sigmoid().meanSquaredError(targets: classMembers(targets, logits.value.dtype))
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: RelationNetworks.self) }
)
