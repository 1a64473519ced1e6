public import Autograd
public import Algorithms
public import Models
public import Registry
import Tasks
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
public struct LSTMOptimizer: LearnedUpdateAlgorithm {
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

  /// A step holds about forty numbers for each hidden unit of a parameter entry.
  public var footprint: TrainingFootprint { TrainingFootprint(steps: max(steps, 1), copiesPerStep: 40 * Double(width)) }

  private var cells: [LSTMCell] { [LSTMCell("0", inputs: 2, width: width), LSTMCell("1", inputs: width, width: width)] }

  public func initialRule(from stream: RandomStream, dtype: DType) -> ParameterTree<Tensor> {
    ParameterTree(
      cells.flatMap { $0.initialValues(from: stream, dtype: dtype) }
        + [("output.weight", .zeros([width, 1], dtype)), ("output.bias", .zeros([1], dtype))])
  }

  public func updated(
    _ entries: UpdateEntries, _ memory: inout [LSTMCell.State]?, _ rule: ParameterTree<Variable>
  ) -> Variable {
    let features = entries.gradients.sizeAndSign
    var value = Variable.concatenated([features.size, features.sign], along: 2)
    let before = memory ?? cells.map { $0.start(tasks: value.shape[0], sequences: value.shape[1], dtype: value.value.dtype) }
    memory = zip(cells, before).map { cell, state in
      let next = cell(value, state, rule)
      value = next.hidden
      return next
    }
    return entries.values.adding(value.linear(rule["output.weight"], rule["output.bias"]), scaledBy: scale)
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
