public import Autograd
public import TensorCore

/// A cell of a long short-term memory network.
///
/// ```
/// (i, f, g, o) = split(x·W + h·U + b)        c′ = σ(f)⊙c + σ(i)⊙tanh(g)        h′ = σ(o)⊙tanh(c′)
/// ```
/// The order of the gates is PyTorch's, whose two biases are one here: their sum.
/// - SeeAlso: Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9, 1997; Gers, Schmidhuber and Cummins, 2000, for the
///   forget gate.
public struct LSTMCell: Sendable, Hashable {
  /// The hidden and the cell state, [T, N, width] each.
  public typealias State = (hidden: Variable, cell: Variable)

  /// The prefix of the parameters' names.
  public let name: String
  /// Number of inputs.
  public let inputs: Int
  /// Width of the hidden state.
  public let width: Int

  /// Creates a cell; its parameters are "<name>.weight_ih", "<name>.weight_hh" and "<name>.bias".
  public init(_ name: String, inputs: Int, width: Int) {
    self.name = name
    self.inputs = inputs
    self.width = width
  }

  /// The parameters, with PyTorch's initial values.
  public var parameters: [ParameterDeclaration] {
    [
      ParameterDeclaration("\(name).weight_ih", [inputs, 4 * width], .linear, .pytorch(fanIn: width)),
      ParameterDeclaration("\(name).weight_hh", [width, 4 * width], .linear, .pytorch(fanIn: width)),
      ParameterDeclaration("\(name).bias", [4 * width], .same, .pytorch(fanIn: width)),
    ]
  }

  /// Initial values of the parameters, each from a stream of its own.
  public func initialValues(from stream: RandomStream, dtype: DType) -> [(name: String, leaf: Tensor)] {
    parameters.map { ($0.name, $0.initialiser.tensor($0.shape, from: stream.child($0.name), dtype: dtype)) }
  }

  /// The state before the first input: zeros for [T, N] sequences.
  public func start(tasks: Int, sequences: Int, dtype: DType) -> State {
    let zeros = Variable(constant: .zeros([tasks, sequences, width], dtype))
    return (zeros, zeros)
  }

  /// The state after an input [T, N, inputs], under parameters [T, …] each.
  public func callAsFunction(_ input: Variable, _ state: State, _ parameters: ParameterTree<Variable>) -> State {
    let sums =
      input.linear(parameters["\(name).weight_ih"], parameters["\(name).bias"])
      + state.hidden.matmul(parameters["\(name).weight_hh"])
    func gate(_ index: Int) -> Variable { sums.sliced((index * width)..<((index + 1) * width), along: 2) }
    let cell = gate(1).sigmoid() * state.cell + gate(0).sigmoid() * gate(2).tanh()
    return (gate(3).sigmoid() * cell.tanh(), cell)
  }
}
