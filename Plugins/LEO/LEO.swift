public import Algorithms
public import Autograd
public import Models
public import Registry
public import Tasks
public import TensorCore

/// LEO, small form: adaptation in a latent space, from which the weights of the classifier are decoded.
///
/// ```
/// zₖ = mean over pairs of relation(encoder f(xᵢ), encoder f(xⱼ)),  i in class k, j any sample of the support set
/// zₖ ← zₖ − α ∇zₖ L(support; W(z)) for some steps,  wₖ = decoder zₖ        then W ← W − α′ ∇W L(support; W) for some steps
/// logits = f(x)·W
/// ```
/// Encoder, relation network, decoder and both rates are learned with the embedding f, through all steps.
/// - SeeAlso: Rusu et al., "Meta-learning with latent embedding optimization", ICLR 2019, section 2.2 and algorithm 1,
///   <https://arxiv.org/abs/1807.05960>. Deviations: codes and weights are the means of the paper's Gaussians, so there is no sampling, no
///   divergence and no penalty of the encoder; features are learned together with the rest, not before it; one rate for all steps.
public struct LEO: MetricAlgorithm {
  public static let card = AlgorithmCard(
    id: "leo", title: "LEO: adaptation in a latent space of classifier weights",
    citation: "Rusu et al., ICLR 2019, section 2.2, https://arxiv.org/abs/1807.05960", metaGradient: .exact, isCompared: false)

  public static let hyperparameters = HyperparameterTable<LEO>([
    .integer("code", \.width, in: 1...4096, "Width of the latent code of a class."),
    .integer("steps", \.steps, in: 0...100, "Adaptation steps in the latent space."),
    .integer("tuningSteps", \.tuningSteps, in: 0...100, "Steps on the weights themselves, after those in the latent space."),
    .real("rate", \.rate, in: 1e-9...1e3, "Initial rate α in the latent space, which is learned."),
    .real("tuningRate", \.tuningRate, in: 1e-9...1e3, "Initial rate α′ on the weights, which is learned."),
  ])

  private var width = 64
  private var steps = 5
  private var tuningSteps = 5
  private var rate = 1.0
  private var tuningRate = 0.001

  public init() {}

  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration { .ofComparisons(for: signature) }

  /// Weights without biases, and the logarithms of the rates.
  public func initialComparison(width features: Int, from stream: RandomStream, dtype: DType) -> ParameterTree<Tensor> {
    let shapes: [(name: String, shape: Shape)] = [
      ("encoder", [features, width]), ("relation.0", [2 * width, 2 * width]), ("relation.1", [2 * width, 2 * width]),
      ("relation.2", [2 * width, width]), ("decoder", [width, features]),
    ]
    let weights = shapes.map { name, shape in
      (
        name: "\(name).weight",
        leaf: Initialiser.glorot(fanIn: shape[0], fanOut: shape[1]).tensor(shape, from: stream.child(name), dtype: dtype)
      )
    }
    return ParameterTree(
      weights
        + [("rate", rate), ("tuningRate", tuningRate)].map {
          ($0.0, Tensor($0.1, dtype: .float64).map(.logarithm).converted(to: dtype))
        })
  }

  public func compare(_ support: Variable, _ targets: Targets, _ query: Variable, _ own: ParameterTree<Variable>) -> Variable {
    let labels = classMembers(targets, support.value.dtype)
    func loss(_ weights: Variable) -> Variable { support.matmul(weights, transposeSecond: true).crossEntropy(oneHot: labels) }
    func decoded(_ codes: Variable) -> Variable { codes.matmul(own["decoder.weight"]) }
    var codes = relationCodes(support, targets, own)
    for _ in 0..<steps { codes = codes.stepped(by: own["rate"]) { loss(decoded($0)) } }
    var weights = decoded(codes)
    for _ in 0..<tuningSteps { weights = weights.stepped(by: own["tuningRate"], minimising: loss) }
    return query.matmul(weights, transposeSecond: true)
  }

  /// The first code of each class, [T, ways, code].
  private func relationCodes(_ support: Variable, _ targets: Targets, _ own: ParameterTree<Variable>) -> Variable {
    let codes = support.matmul(own["encoder.weight"])
    let (tasks, rows) = (codes.shape[0], codes.shape[1])
    let pairShape: Shape = [tasks, rows, rows, width]
    let pairs = Variable.concatenated(
      [
        codes.reshaped([tasks, rows, 1, width]).expanded(to: pairShape), codes.reshaped([tasks, 1, rows, width]).expanded(to: pairShape),
      ], along: 3
    ).reshaped([tasks, rows * rows, 2 * width])
    let hidden = pairs.matmul(own["relation.0.weight"]).tanh().matmul(own["relation.1.weight"]).tanh()
    let relations = hidden.matmul(own["relation.2.weight"]).reshaped(pairShape).mean([2]).reshaped([tasks, rows, width])
    return prototypes(of: relations, targets)
  }

  public func learnedValues(_ state: MetaState) -> [LearnedValue] {
    ["rate", "tuningRate"].compactMap { name in
      state.learned.own.leaf(name).map { LearnedValue(name, of: nil, step: nil, entries: $0.map(.exponential).doubles) }
    }
  }
}

extension Variable {
  /// A gradient step on values [T, …], in the graph, with the logarithm of a rate, [T].
  fileprivate func stepped(by rate: Variable, minimising loss: (Variable) -> Variable) -> Variable {
    let start = isTracked ? self : leaf
    let slope = gradient(of: loss(start), at: [start], differentiable: isTracked)[0]
    return self - slope * rate.exp().reshaped([shape[0], 1, 1])
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: LEO.self) }
)
