import Autograd
public import Models
public import Registry
public import Tasks
public import TensorCore

/// The weighted query loss after every adaptation step: MAML++'s multi-step loss.
///
/// ```
/// Σₖ wₖ·L(query; θₖ)        k = 1, …, steps; all wₖ = 1/steps unless given
/// ```
/// If annealed, the weights move to the last step over the first tenth of a run. Let e be the completed fraction of that tenth:
/// ```
/// wₖ = max(1/K·(1 − e), 0.03/K) for k < K        w_K = 1 − Σ_{k<K} wₖ
/// ```
/// - SeeAlso: Antoniou, Edwards and Storkey, "How to train your MAML", ICLR 2019, section 4 (MSL), <https://arxiv.org/abs/1810.09502>.
///   Their code anneals over 10 of 100 epochs and keeps 0.03/K for the steps before the last. Deviation: the weights change every
///   iteration, not every epoch.
public struct MultiStep: MetaObjective {
  public static let card = Card(
    id: "multi-step", title: "Query loss after every adaptation step, weighted",
    citation: "Antoniou et al., ICLR 2019, section 4, https://arxiv.org/abs/1810.09502")

  public static let hyperparameters = HyperparameterTable<MultiStep>([
    .list("weights", \.weights, of: .real(0...1e6), "Weight of the query loss after each adaptation step; empty for uniform weights."),
    .boolean("annealed", \.isAnnealed, "Shift the weights to the last step over the first tenth of the run."),
  ])

  private static let scheduleName = "weights"
  private static let floor = 0.03

  /// Weights of the steps as text; uniform if empty.
  var weights: [String] = []
  /// Whether the weights move to the last step over the first tenth of the run.
  public var isAnnealed = false

  public init() {}

  /// Creates the objective with weights that may move to the last step over the first tenth of the run.
  public init(isAnnealed: Bool) { self.isAnnealed = isAnnealed }

  /// Creates the objective with one weight per adaptation step.
  public init(weights: [Double]) { self.weights = weights.map { "\($0)" } }

  public var readsPath: Bool { true }

  public func validate(_ inner: InnerLoop) throws(HyperparameterError) {
    if isAnnealed, !weights.isEmpty {
      throw .malformed(key: "objective.weights", found: weights.joined(separator: ","), expected: "none with objective.annealed=true")
    }
    guard weights.isEmpty || weights.count == inner.steps else {
      throw .malformed(
        key: "objective.weights", found: weights.joined(separator: ","),
        expected: "one number for each of inner.steps (\(inner.steps)), separated by commas")
    }
    guard weights.isEmpty || weights.contains(where: { Double($0) ?? 0 > 0 }) else {
      throw .malformed(key: "objective.weights", found: weights.joined(separator: ","), expected: "a weight above 0 for at least one step")
    }
  }

  public func scheduled(_ step: AdaptationContext.Step, adaptationSteps: Int) -> ParameterTree<Tensor> {
    guard isAnnealed, adaptationSteps > 0 else { return ParameterTree() }
    let (count, done) = (Double(adaptationSteps), min(step.progress * 10, 1))
    let early = max((1 - done) / count, Self.floor / count)
    let numbers = (1...adaptationSteps).map { Float($0 == adaptationSteps ? 1 - (count - 1) * early : early) }
    return ParameterTree([(Self.scheduleName, Tensor(shape: [adaptationSteps]) { _ = $0.initialize(from: numbers) })])
  }

  public func callAsFunction(
    _ trajectories: [Trajectory], _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> ObjectiveValue {
    let path = trajectories[0].parameters
    let steps = path.count - 1
    guard steps > 0 else { return ObjectiveValue(at: path[0], learner, shard) }
    let annealed = context.scheduled.leaf(Self.scheduleName).map(Variable.init(constant:))
    let fixed = weights.isEmpty ? Array(repeating: 1 / Double(steps), count: steps) : weights.compactMap { Double($0) }
    func weighted(_ losses: Variable, _ place: Int) -> Variable {
      annealed.map { losses * $0.sliced(place..<(place + 1), along: 0) } ?? losses * fixed[place]
    }
    var sum: Variable?
    for (place, parameters) in path.dropFirst().dropLast().enumerated() {
      let losses = weighted(ObjectiveValue(at: parameters, learner, shard).queryLosses, place)
      sum = sum.map { $0 + losses } ?? losses
    }
    return ObjectiveValue(at: path[steps], learner, shard) { losses in
      let last = weighted(losses, steps - 1)
      return sum.map { $0 + last } ?? last
    }
  }
}

#if objectFormat(ELF)
@section("objective_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__objectives") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any MetaObjective.Type).self, to: MultiStep.self) }
)
