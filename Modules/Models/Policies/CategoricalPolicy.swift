public import Autograd
public import Registry
public import TensorCore

/// A policy over discrete actions: an MLP gives their logits.
///
/// ```
/// a ~ softmax(MLP(s))
/// ```
public struct CategoricalPolicy: Policy {
  public static let card = Card(
    id: "categorical-policy", title: "Policy over discrete actions: softmax of an MLP's outputs",
    citation: "Finn et al., ICML 2017, section 5.3, https://arxiv.org/abs/1703.03400")

  public static let hyperparameters = HyperparameterTable<CategoricalPolicy>.flattened(\.network, MLP.hyperparameters)

  public static var isDiscrete: Bool { true }

  /// The network of the logits.
  public var network = MLP(widths: [1, 16, 2], activation: .tanh, initialisation: .glorot)

  public init() {}

  /// A policy with hidden layers of the given widths.
  public init(observations: Int, hidden: [Int], actions: Int) {
    network = MLP(widths: [observations] + hidden + [actions], activation: .tanh, initialisation: .glorot)
  }

  public mutating func configure(inputShape: Shape, outputs: Int) throws(ModelError) {
    try network.configure(inputShape: inputShape, outputs: outputs)
  }

  public var usesBatchStatistics: Bool { false }
  public var parameters: [ParameterDeclaration] { network.parameters }
  public var layers: [ModelLayer] { network.layers }
  public var activationsPerSample: Double { network.activationsPerSample }

  public func callAsFunction(_ input: Variable, _ parameters: ParameterTree<Variable>, normalisation: Normalisation) -> Variable {
    network(input, parameters, normalisation: normalisation)
  }

  public var noise: PolicyNoise { .uniform }

  /// Inverts the cumulative distribution: the action whose interval contains the uniform number.
  public func actions(_ outputs: Tensor, noise: Tensor) -> Tensor {
    let (tasks, count) = (outputs.shape[0], outputs.shape[2])
    let probabilities = Variable(constant: outputs).softmax().value
    // The sums of the probabilities before each action; the first is 0. An action has started where its sum is at most the number.
    let before = probabilities.matmul(Tensor.strictlyUpperTriangle(count, outputs.dtype).expanded(over: tasks))
    let started = Tensor(1, dtype: outputs.dtype) - before.combined(.greater, with: noise)
    let next = started.sliced(1..<count, along: 2).padded(to: count, at: 0, along: 2)
    // Comparisons with NaN are false. The actions of a policy that has diverged are NaN, so that its returns are not mistaken for good ones.
    return (started - next) + 0 * probabilities
  }

  public func logProbabilities(of actions: Tensor, under outputs: Variable) -> Variable {
    (outputs.logSoftmax() * Variable(constant: actions)).sum([2]).reshaped([outputs.shape[0], outputs.shape[1]])
  }

  /// Σ over actions of p · (log p − log p′).
  public func divergence(from old: Tensor, to new: Variable) -> Variable {
    let before = Variable(constant: old).logSoftmax()
    return (before.exp() * (before - new.logSoftmax())).sum([2]).reshaped([new.shape[0], new.shape[1]])
  }
}

extension Tensor {
  /// A square matrix with 1 above the diagonal and 0 elsewhere.
  fileprivate static func strictlyUpperTriangle(_ size: Int, _ dtype: DType) -> Tensor {
    Tensor(shape: [size, size], dtype: .float64) { bytes in
      let numbers = bytes.bindMemory(to: Double.self)
      for place in numbers.indices { numbers.initializeElement(at: place, to: place % size > place / size ? 1 : 0) }
    }.converted(to: dtype)
  }
}

#if objectFormat(ELF)
@section("model_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__models") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Model.Type).self, to: CategoricalPolicy.self) }
)
