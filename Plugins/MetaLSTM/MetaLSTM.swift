import Autograd
public import Algorithms
import Models
public import Registry
public import Tasks
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
public struct MetaLSTM: Algorithm {
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

  public var adaptationSteps: Int { steps }
  public var isRecordable: Bool { true }
  public var acceptsPadding: Bool { true }
  /// A step holds about twenty-five numbers for each hidden unit of a parameter entry.
  public var footprint: TrainingFootprint { TrainingFootprint(steps: max(steps, 1), copiesPerStep: 25 * Double(width)) }

  private var cell: LSTMCell { LSTMCell("cell", inputs: 4, width: width) }

  /// Adapts the head on images: a hidden state for each entry of a convolutional network would take gigabytes.
  public mutating func adopt(_ signature: TaskSignature) { adapts = signature.inputKind == .image ? .head : .all }

  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    try validate(adapts, learner)
  }

  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    let recurrent = cell.parameters.map { cell in
      (name: cell.name, leaf: cell.initialiser.tensor(cell.shape, from: stream.child("update").child(cell.name), dtype: dtype))
    }
    let gates = [("rate", -4.5), ("decay", 5)].flatMap { gate, bias in
      [
        (
          name: "\(gate).weight",
          leaf: Initialiser.truncatedNormal(deviation: 0.01).tensor(
            [width + 2, 1], from: stream.child("update").child(gate), dtype: dtype)
        ), (name: "\(gate).bias", leaf: Tensor(repeating: bias, shape: [1], dtype: dtype)),
      ]
    }
    return MetaState(
      learned: MetaParameters(
        initial: learner.model.initialParameters(from: stream, dtype: dtype), own: ParameterTree(recurrent + gates)))
  }

  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    Differentiated(QueryLoss(), at: state.learned, learner, shard, context) { theta, support in
      path(theta, learner, support, steps)
    }.contribution(shard)
  }

  public func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    let start = state.start.map { Variable(constant: $0.expanded(over: support.inputs.shape[0])) }
    return path(start, learner, support, steps).parameters.map { Adapted(parameters: $0.map(\.value), support: support) }
  }

  private func path(
    _ learned: MetaParameters<Variable>, _ learner: Learner, _ support: LabelledSet, _ steps: Int
  ) -> Trajectory {
    let names = adapts.names(in: learner.model)
    var points = [learned.initial]
    var before: (cell: LSTMCell.State, rate: Variable, decay: Variable)?
    for _ in 0..<steps {
      let now = points[points.count - 1]
      let moving = names.map(now.filter) ?? now
      let (losses, gradients) = moving.supportGradient(learner, support, among: now)
      let (tasks, dtype) = (losses.shape[0], losses.value.dtype)
      let slopes = gradients.rows.reshaped([tasks, gradients.rows.shape[1], 1])
      let (slope, loss) = (slopes.sizeAndSign, losses.reshaped([tasks, 1, 1]).sizeAndSign)
      let features = [slope.size, slope.sign, loss.size.expanded(to: slopes.shape), loss.sign.expanded(to: slopes.shape)]
      let zeros = Variable(constant: .zeros(slopes.shape, dtype))
      let last = before ?? (cell.start(tasks: tasks, sequences: slopes.shape[1], dtype: dtype), zeros, zeros)
      let state = cell(.concatenated(features, along: 2), last.cell, learned.own)
      let values = moving.rows.reshaped(slopes.shape)
      func gate(_ name: String, _ previous: Variable) -> Variable {
        Variable.concatenated([state.hidden, values, previous], along: 2)
          .linear(learned.own["\(name).weight"], learned.own["\(name).bias"]).sigmoid()
      }
      let (rate, decay) = (gate("rate", last.rate), gate("decay", last.decay))
      points.append(now.updated(with: moving.split((decay * values - rate * slopes).reshaped([tasks, slopes.shape[1]]))))
      before = (state, rate, decay)
    }
    return Trajectory(parameters: points)
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
