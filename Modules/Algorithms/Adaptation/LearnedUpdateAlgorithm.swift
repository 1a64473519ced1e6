public import Autograd
public import Models
public import Tasks
public import TensorCore

/// An algorithm that adapts by a learned update rule: one small network, the same for every entry of the parameters that adapt.
///
/// ```
/// θₖ₊₁, hₖ₊₁ = rule(θₖ, ∇L(support; θₖ), L(support; θₖ), hₖ; φ)        (θ, φ) ← (θ, φ) − β ∇(θ,φ) Σᵢ L(queryᵢ; θ′ᵢ)
/// ```
/// The gradients and losses that the rule reads count as constants in the meta-gradient.
public protocol LearnedUpdateAlgorithm: Algorithm {
  /// What the rule remembers of each entry from step to step.
  associatedtype Memory

  /// Number of adaptation steps.
  var steps: Int { get }
  /// The parameters that adapt.
  var adapts: AdaptedPart { get set }

  /// Initial values φ of the rule.
  func initialRule(from stream: RandomStream, dtype: DType) -> ParameterTree<Tensor>

  /// Takes one step of the rule.
  ///
  /// - Parameters:
  ///   - entries: What the rule reads.
  ///   - memory: What the rule remembers; nil before the first step. It is updated.
  ///   - rule: φ, [T, …] each, under the names of ``initialRule(from:dtype:)``.
  /// - Returns: The values of the entries after the step, [T, E, 1].
  func updated(_ entries: UpdateEntries, _ memory: inout Memory?, _ rule: ParameterTree<Variable>) -> Variable
}

/// The entries of all parameters that adapt, before a step of a learned rule.
public struct UpdateEntries {
  /// Their values, [T, E, 1].
  public let values: Variable
  /// The gradients of the support loss, [T, E, 1], without a graph.
  public let gradients: Variable
  /// The support loss of each task, [T, 1, 1], without a graph.
  public let losses: Variable

  /// Creates entries from values and gradients of one shape, and the losses of the tasks.
  public init(values: Variable, gradients: Variable, losses: Variable) {
    (self.values, self.gradients, self.losses) = (values, gradients, losses)
  }
}

extension LearnedUpdateAlgorithm {
  public var adaptationSteps: Int { steps }
  public var isRecordable: Bool { true }
  public var acceptsPadding: Bool { true }

  /// Adapts the head on images: a memory for each entry of a convolutional network would take gigabytes.
  public mutating func adopt(_ signature: TaskSignature) { adapts = signature.inputKind == .image ? .head : .all }

  /// Checks that the model has the part that adapts.
  public func validate(_ learner: Learner, _ signature: TaskSignature, _ training: TrainingConfiguration) throws(AlgorithmError) {
    try validate(adapts, learner)
  }

  /// Learns the initial parameters of the model and the rule.
  public func initialState(_ learner: Learner, from stream: RandomStream, dtype: DType) -> MetaState {
    MetaState(
      learned: MetaParameters(
        initial: learner.model.initialParameters(from: stream, dtype: dtype),
        own: initialRule(from: stream.child("update"), dtype: dtype)))
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
    var memory: Memory?
    for _ in 0..<steps {
      let now = points[points.count - 1]
      let moving = names.map(now.filter) ?? now
      let (losses, gradients) = supportGradient(at: moving, among: now, learner, support)
      let rows = moving.rows
      let shape: Shape = [rows.shape[0], rows.shape[1], 1]
      let entries = UpdateEntries(
        values: rows.reshaped(shape), gradients: gradients.rows.reshaped(shape), losses: losses.reshaped([shape[0], 1, 1]))
      let next = updated(entries, &memory, learned.own)
      points.append(now.updated(with: moving.split(next.reshaped(rows.shape))))
    }
    return Trajectory(parameters: points)
  }

  /// The support loss of each task, [T], and its gradients at some of all parameters; neither is in a graph.
  private func supportGradient(
    at moving: ParameterTree<Variable>, among all: ParameterTree<Variable>, _ learner: Learner, _ support: LabelledSet
  ) -> (losses: Variable, gradients: ParameterTree<Variable>) {
    let leaves = moving.map(\.leaf)
    let losses = learner.supportLoss(all.map(\.detached).updated(with: leaves), support)
    return (losses.detached, moving.replacing(gradient(of: losses, at: leaves.leaves)).map(\.detached))
  }
}
