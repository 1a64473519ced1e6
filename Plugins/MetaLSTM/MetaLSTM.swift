public import Autograd
public import Algorithms
public import Models
public import Registry
import Tasks
public import TensorCore

/// The LSTM meta-learner: adaptation is the cell update of an LSTM, with the parameters as its cell state.
///
/// ```
/// θₖ₊₁ = fₖ⊙θₖ − iₖ⊙∇L(support; θₖ)
/// iₖ = σ([hₖ, θₖ, iₖ₋₁]·W_I + b_I)        fₖ = σ([hₖ, θₖ, fₖ₋₁]·W_F + b_F)        hₖ = LSTM(∇L, L)
/// ```
/// i is a learned rate and f a learned decay for each parameter entry; all entries share the weights. The initialisation, the first cell
/// state, is learned with them. The biases start so that i is 0.011 and f is 0.993.
/// - SeeAlso: Ravi and Larochelle, "Optimization as a model for few-shot learning", ICLR 2017, section 3, equations 2 to 4,
///   <https://openreview.net/forum?id=rJY0-Kcll>. As there, gradients and losses count as constants in the meta-gradient, and both come in
///   two features each. Deviation: batch norm uses the statistics of the support set, not running ones.
public struct MetaLSTM: LearnedUpdateAlgorithm {
  public static let card = AlgorithmCard(
    id: "meta-lstm", title: "LSTM meta-learner: learned rates and decays, gated by gradients",
    citation: "Ravi and Larochelle, ICLR 2017, section 3, https://openreview.net/forum?id=rJY0-Kcll", metaGradient: .estimate,
    isCompared: false)

  public static let hyperparameters = HyperparameterTable<MetaLSTM>([
    .integer("inner.steps", \.steps, in: 0...1000, "Adaptation steps in meta-training."),
    .choice("inner.adapts", \.adapts, "The parameters that adapt: all, or the head or the body of an embedding model."),
    .integer("hidden", \.width, in: 1...512, "Width of the recurrent layer below the gates."),
  ])

  /// Number of adaptation steps.
  public var steps = 5
  /// The parameters that adapt.
  public var adapts = AdaptedPart.all
  private var width = 20

  public init() {}

  /// A step holds about twenty-five numbers for each hidden unit of a parameter entry.
  public var footprint: TrainingFootprint { TrainingFootprint(steps: max(steps, 1), copiesPerStep: 25 * Double(width)) }

  private var cell: LSTMCell { LSTMCell("cell", inputs: 4, width: width) }

  public func initialRule(from stream: RandomStream, dtype: DType) -> ParameterTree<Tensor> {
    let gates = [("rate", -4.5), ("decay", 5)].flatMap { gate, bias -> [(name: String, leaf: Tensor)] in
      let weights = Initialiser.truncatedNormal(deviation: 0.01).tensor([width + 2, 1], from: stream.child(gate), dtype: dtype)
      return [("\(gate).weight", weights), ("\(gate).bias", Tensor(repeating: bias, shape: [1], dtype: dtype))]
    }
    return ParameterTree(cell.initialValues(from: stream, dtype: dtype) + gates)
  }

  /// The recurrent state, and the last rates and decays, [T, E, 1] each.
  public typealias Memory = (cell: LSTMCell.State, rate: Variable, decay: Variable)

  public func updated(_ entries: UpdateEntries, _ memory: inout Memory?, _ rule: ParameterTree<Variable>) -> Variable {
    let (shape, dtype) = (entries.gradients.shape, entries.gradients.value.dtype)
    let (slope, loss) = (entries.gradients.sizeAndSign, entries.losses.sizeAndSign)
    let features = [slope.size, slope.sign, loss.size.expanded(to: shape), loss.sign.expanded(to: shape)]
    let zeros = Variable(constant: .zeros(shape, dtype))
    let last = memory ?? (cell.start(tasks: shape[0], sequences: shape[1], dtype: dtype), zeros, zeros)
    let state = cell(.concatenated(features, along: 2), last.cell, rule)
    func gate(_ name: String, _ previous: Variable) -> Variable {
      Variable.concatenated([state.hidden, entries.values, previous], along: 2)
        .linear(rule["\(name).weight"], rule["\(name).bias"]).sigmoid()
    }
    let (rate, decay) = (gate("rate", last.rate), gate("decay", last.decay))
    memory = (state, rate, decay)
    return decay * entries.values - rate * entries.gradients
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: MetaLSTM.self) }
)
