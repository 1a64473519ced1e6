public import Autograd
public import Registry
public import TensorCore

/// A Gaussian policy: an MLP gives the mean of each action; the deviation does not depend on the state.
///
/// ```
/// a ~ N(MLP(s), diag(exp(logDeviation))²)
/// ```
/// The outputs are the means, then the logarithms of the deviations: [T, M, 2 · actions].
/// - SeeAlso: Finn et al., ICML 2017, appendix A.2: two hidden layers of 100 units; the paper's code has tanh and a learned deviation for
///   each action, which starts at 1.
public struct GaussianPolicy: Policy {
  public static let card = Card(
    id: "gaussian-policy", title: "Gaussian policy: MLP means, deviations that do not depend on the state",
    citation: "Finn et al., ICML 2017, section 5.3, https://arxiv.org/abs/1703.03400")

  public static let hyperparameters =
    HyperparameterTable<GaussianPolicy>.flattened(\.network, MLP.hyperparameters)
    + HyperparameterTable<GaussianPolicy>([
      .real("deviation", \.deviation, in: 1e-6...1e6, "Initial standard deviation of each action.")
    ])

  public static var isDiscrete: Bool { false }

  private static let deviationName = "logDeviation"

  /// The network of the means.
  public var network = MLP(widths: [2, 100, 100, 2], activation: .tanh, initialisation: .glorot)
  /// Initial standard deviation.
  public var deviation = 1.0

  public init() {}

  /// A policy with hidden layers of the given widths.
  public init(observations: Int, hidden: [Int], actions: Int, deviation: Double = 1) {
    network = MLP(widths: [observations] + hidden + [actions], activation: .tanh, initialisation: .glorot)
    self.deviation = deviation
  }

  private var width: Int { network.widths[network.widths.count - 1] }

  public mutating func configure(inputShape: Shape, outputs: Int) throws(ModelError) {
    try network.configure(inputShape: inputShape, outputs: outputs)
  }

  public var usesBatchStatistics: Bool { false }

  public var parameters: [ParameterDeclaration] {
    network.parameters + [ParameterDeclaration(Self.deviationName, [width], .same, .constant(logarithm(deviation)))]
  }

  public var layers: [ModelLayer] { network.layers }

  public var activationsPerSample: Double { network.activationsPerSample + Double(width) }

  public func callAsFunction(_ input: Variable, _ parameters: ParameterTree<Variable>, normalisation: Normalisation) -> Variable {
    let means = network(input, parameters, normalisation: normalisation)
    let deviations = parameters[Self.deviationName].reshaped([means.shape[0], 1, width])
    return .concatenated([means, deviations.expanded(to: means.shape)], along: 2)
  }

  public var noise: PolicyNoise { .normal(width) }

  public func actions(_ outputs: Tensor, noise: Tensor) -> Tensor {
    let (means, logDeviations) = (outputs.sliced(0..<width, along: 2), outputs.sliced(width..<(2 * width), along: 2))
    return means + logDeviations.map(.exponential) * noise
  }

  public func logProbabilities(of actions: Tensor, under outputs: Variable) -> Variable {
    let (means, logDeviations) = parted(outputs)
    let scaled = (Variable(constant: actions) - means) * (-logDeviations).exp()
    let constant = 0.5 * Double(width) * logarithm(2 * .pi)
    return ((-0.5 * scaled.squared()) - logDeviations).sum([2]).reshaped([outputs.shape[0], outputs.shape[1]]) - constant
  }

  /// Σ over actions of log(σ′/σ) + (σ² + (μ − μ′)²) / (2·σ′²) − ½.
  public func divergence(from old: Tensor, to new: Variable) -> Variable {
    let (oldMeans, oldLogs) = parted(Variable(constant: old))
    let (means, logs) = parted(new)
    let variances = (2 * oldLogs).exp()
    let ratio = (variances + (oldMeans - means).squared()) * (-2 * logs).exp()
    return ((logs - oldLogs) + 0.5 * ratio - 0.5).sum([2]).reshaped([new.shape[0], new.shape[1]])
  }

  private func parted(_ outputs: Variable) -> (means: Variable, logDeviations: Variable) {
    (outputs.sliced(0..<width, along: 2), outputs.sliced(width..<(2 * width), along: 2))
  }
}

#if objectFormat(ELF)
@section("model_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__models") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Model.Type).self, to: GaussianPolicy.self) }
)
