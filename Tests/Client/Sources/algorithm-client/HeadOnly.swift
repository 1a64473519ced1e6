import Algorithms
import Autograd
import Models
import Registry
import Tasks
import TensorCore

/// A template for an algorithm of your own: MAML that adapts the last layer alone.
///
/// ```
/// θ = (body, head)        head′ᵢ = head − α ∇head L(supportᵢ; body, head)        θ ← θ − β ∇θ Σᵢ L(queryᵢ; body, head′ᵢ)
/// ```
/// Everything is a pure function of its arguments. The meta-trainer draws the tasks, sums the gradients and updates θ.
/// - SeeAlso: Raghu et al., "Rapid learning or feature reuse? Towards understanding the effectiveness of MAML", ICLR 2020,
///   section 4 (almost no inner loop), <https://arxiv.org/abs/1909.09157>.
struct HeadOnly: Algorithm {
  static let card = AlgorithmCard(
    id: "head-only", title: "MAML that adapts the last layer alone", citation: "Raghu et al., ICLR 2020, https://arxiv.org/abs/1909.09157",
    metaGradient: .exact)

  /// What can be set from the command line, with types and ranges.
  static let hyperparameters = HyperparameterTable<HeadOnly>([
    .integer("inner.steps", \.steps, in: 0...100, "Adaptation steps in meta-training."),
    .real("inner.learningRate", \.learningRate, in: 0...10, "Inner learning rate α."),
  ])

  var steps = 2
  var learningRate = 0.1

  var adaptationSteps: Int { steps }

  /// What is meta-learned: a tree of tensors with names of your choice; "initial." marks what adaptation starts from.
  func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    MetaState(learned: learner.model.initialParameters(from: stream, dtype: dtype).prefixed("initial"))
  }

  /// The gradient of the sum of the query losses, with respect to what is learned.
  func metaGradient(_ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext) -> MetaGradient {
    // One leaf a learned tensor, seen by every task: row i of the broadcast parameters is task i's own.
    let leaves = state.learned.map { Variable($0) }
    let start = leaves.map { $0.broadcastOverTasks(shard.count) }.subtree("initial")
    let adapted = path(start, learner, shard.support, steps: steps, differentiable: true)[steps]
    let predictions = learner.queryPredictions(adapted, shard)
    let losses = learner.loss(predictions, shard.query.targets)
    let gradients = gradient(of: losses, at: leaves.leaves).map(\.value)
    return MetaGradient(
      gradient: leaves.replacing(gradients), losses: losses.value,
      scored: .init(predictions.value, shard.query.targets))
  }

  /// The parameters after 0, 1, …, `steps` steps, as tests ask for them: no query is reachable from here.
  func adapt(
    _ state: MetaState, _ learner: Learner, support: LabelledSet, steps: Int, _ context: AdaptationContext
  ) -> [Adapted] {
    let start = state.initial.map { Variable(constant: $0.repeated(support.inputs.shape[0])) }
    return path(start, learner, support, steps: steps, differentiable: false).map { parameters in
      Adapted(parameters: parameters.map(\.value), support: support)
    }
  }

  /// Adaptation, in the graph for training and without one for tests.
  private func path(
    _ start: ParameterTree<Variable>, _ learner: Learner, _ support: LabelledSet, steps: Int, differentiable: Bool
  ) -> [ParameterTree<Variable>] {
    var path = [start]
    for _ in 0..<steps {
      let present = path[path.count - 1]
      let isHead = Self.head(of: present.names)
      // The step differentiates at the head: where it is not in a graph yet, it becomes a leaf.
      let head = present.filter(isHead).map { differentiable && $0.isTracked ? $0 : $0.leaf }
      let loss = learner.supportLoss(present.updated(with: head), support)
      let gradients = head.replacing(gradient(of: loss, at: head.leaves, differentiable: differentiable))
      let moved = head.zip(gradients) { $0.adding($1, scaledBy: -learningRate) }
      path.append(present.updated(with: differentiable ? moved : moved.map(\.detached)))
    }
    return path
  }

  /// The names that share the last one's layer: "classifier.weight" and "classifier.bias".
  private static func head(of names: [String]) -> (String) -> Bool {
    let layer = names.last.map { $0.split(separator: ".").dropLast().joined(separator: ".") } ?? ""
    return { $0.hasPrefix(layer + ".") }
  }
}

// The record makes the algorithm known by being linked: nobody keeps a list.
#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: HeadOnly.self) }
)
