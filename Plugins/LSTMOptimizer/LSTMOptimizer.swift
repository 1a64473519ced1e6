import Autograd
public import Algorithms
import Models
public import Registry
public import Tasks
public import TensorCore

/// A learned optimizer: a small recurrent network, the same for every parameter, turns gradients into updates.
///
/// ```
/// θₖ₊₁ = θₖ + scale·m(∇L(support; θₖ), hₖ; φ)        (θ, φ) ← (θ, φ) − β ∇(θ,φ) Σᵢ L(queryᵢ; θ′ᵢ)
/// ```
/// m is a two-layer LSTM with a linear output, and each parameter entry has a hidden state h of its own. The output starts at zero, so that
/// learning starts from no update.
/// - SeeAlso: Andrychowicz et al., "Learning to learn by gradient descent by gradient descent", NeurIPS 2016, sections 2 and 2.1 and
///   appendix A, <https://arxiv.org/abs/1606.04474>. As there, gradients count as constants in the meta-gradient. Deviations: the
///   initialisation is learned, too (`outer.rates=initial:0` keeps it), and the meta-loss is the query loss after the last step.
public struct LSTMOptimizer: Algorithm {
  public static let card = AlgorithmCard(
    id: "lstm-optimizer", title: "LSTM optimizer: a recurrent network as the update rule",
    citation: "Andrychowicz et al., NeurIPS 2016, section 2, https://arxiv.org/abs/1606.04474", metaGradient: .estimate,
    isCompared: false)

  public static let hyperparameters = HyperparameterTable<LSTMOptimizer>([
    .integer("inner.steps", \.steps, in: 0...1000, "Adaptation steps in meta-training."),
    .choice("inner.adapts", \.adapts, "The parameters that adapt: all, or the head or the body of an embedding model."),
    .integer("hidden", \.width, in: 1...512, "Width of the two recurrent layers."),
    .real("scale", \.scale, in: 1e-6...1e3, "Factor of the network's output in an update."),
  ])

  /// Number of adaptation steps.
  public var steps = 5
  /// The parameters that adapt.
  public var adapts = AdaptedPart.all
  private var width = 20
  private var scale = 0.1

  public init() {}

  public var adaptationSteps: Int { steps }
  public var isRecordable: Bool { true }
  public var acceptsPadding: Bool { true }
  /// A step holds about forty numbers for each hidden unit of a parameter entry.
  public var footprint: TrainingFootprint { TrainingFootprint(steps: max(steps, 1), copiesPerStep: 40 * Double(width)) }

  private var cells: [LSTMCell] { [LSTMCell("0", inputs: 2, width: width), LSTMCell("1", inputs: width, width: width)] }

  /// Adapts the head on images: a hidden state for each entry of a convolutional network would take gigabytes.
  public mutating func adopt(_ signature: TaskSignature) { adapts = signature.inputKind == .image ? .head : .all }

  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    try validate(adapts, learner)
  }

  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    let network = cells.flatMap(\.parameters).map { cell in
      (name: cell.name, leaf: cell.initialiser.tensor(cell.shape, from: stream.child("update").child(cell.name), dtype: dtype))
    }
    let output = [("output.weight", Tensor.zeros([width, 1], dtype)), ("output.bias", Tensor.zeros([1], dtype))]
    return MetaState(
      learned: MetaParameters(
        initial: learner.model.initialParameters(from: stream, dtype: dtype), own: ParameterTree(network + output)))
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
    var states: [LSTMCell.State]?
    for _ in 0..<steps {
      let now = points[points.count - 1]
      let moving = names.map(now.filter) ?? now
      let slopes = moving.supportGradient(learner, support, among: now).gradients.rows
      let (tasks, entries) = (slopes.shape[0], slopes.shape[1])
      let features = slopes.reshaped([tasks, entries, 1]).sizeAndSign
      var value = Variable.concatenated([features.size, features.sign], along: 2)
      let before = states ?? cells.map { $0.start(tasks: tasks, sequences: entries, dtype: value.value.dtype) }
      states = zip(cells, before).map { cell, state in
        let next = cell(value, state, learned.own)
        value = next.hidden
        return next
      }
      let update = value.linear(learned.own["output.weight"], learned.own["output.bias"]).reshaped([tasks, entries])
      points.append(now.updated(with: moving.zip(moving.split(update)) { $0.adding($1, scaledBy: scale) }))
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
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: LSTMOptimizer.self) }
)
