public import Algorithms
public import Registry
public import Tasks

/// MAML++: MAML with the changes that make it train stably, each of which a setting switches off.
///
/// | change | setting that switches it off |
/// | --- | --- |
/// | query loss after every step, annealed towards the last (MSL) | `objective=query-loss` |
/// | a learned rate for each tensor and step (LSLR) | `inner.learn=`, or `inner.perStep=false` |
/// | scale and offset of batch norm for each step, not adapted (BNWB) | `norm.perStep=false` |
/// | first-order derivatives at the start of a run (DA) | `derivatives.firstOrder=0`, the default |
/// | cosine schedule of the outer learning rate (CA) | `outer.schedule=constant` |
/// - SeeAlso: Antoniou, Edwards and Storkey, "How to train your MAML", ICLR 2019, section 4, <https://arxiv.org/abs/1810.09502>. Deviations:
///   batch norm uses the statistics of its batch at every step, in testing too, as the authors' code does; the paper describes running
///   statistics for each step. Derivative annealing is off, as in the authors' settings for Omniglot. Tests use the last state, not an
///   ensemble of the best five.
public struct MAMLPlusPlus: DifferentiatingAlgorithm {
  public static let card = AlgorithmCard(
    id: "maml-plus-plus", title: "MAML++: multi-step loss, learned rates and batch norm for each step",
    citation: "Antoniou et al., ICLR 2019, section 4, https://arxiv.org/abs/1810.09502", metaGradient: .exact, isCompared: false)

  public static let hyperparameters =
    HyperparameterTable<MAMLPlusPlus>.nested(
      "inner", \.inner, InnerLoop.hyperparameters + InnerLoop.learnedSettings.without("learnInitialisation"))
    + HyperparameterTable([
      .boolean("norm.perStep", \.isNormPerStep, "Learn scale and offset of batch norm for each step, and do not adapt them."),
      .real(
        "derivatives.firstOrder", \.firstOrderShare, in: 0...1,
        "Share of the run, from its start, with first-order derivatives; learned rates get their gradient throughout."),
    ]) + objectiveSettings(\.objective) + differentiationSettings(\.differentiation)

  public var inner: InnerLoop = {
    var inner = InnerLoop(SGD.self, steps: 5, learningRate: 0.1)
    inner.learns = LearnedHyperparameters(["learningRate"], .tensor, isPerStep: true, hasSignedRates: true)
    return inner
  }()
  public var objective = Selection(MultiStep(isAnnealed: true))
  public var differentiation = Selection(Unrolled.self)
  private var isNormPerStep = true
  private var firstOrderShare = 0.0

  public init() {}

  public var modulation: (any Modulation)? { isNormPerStep ? StepNormalisation(steps: max(inner.steps, 1)) : nil }

  /// Adopts five steps: of 0.1 on images, as in the authors' code, elsewhere of MAML's rate.
  public mutating func adopt(_ signature: TaskSignature) {
    inner.adoptPublished(for: signature)
    inner.steps = 5
    if signature.inputKind == .image { inner.learningRate = 0.1 }
  }

  /// Anneals the outer rate by a cosine to a hundredth, as in the authors' code, and clips the meta-gradient to a norm of 10, as LSLR does.
  ///
  /// Learned rates of vectors move a tenth as fast. Measured on sinusoid, seed 0, 5,000 iterations: otherwise, rates grow until a task
  /// diverges in iteration 260; with it, the mean squared error after 5 steps is 0.046 ± 0.012.
  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration {
    var training = TrainingConfiguration(for: signature)
    (training.outer.schedule, training.outer.finalFraction, training.outer.clipNorm) = (.cosine, 0.01, 10)
    if signature.inputKind != .image { training.outer.rates = ["inner": 0.1] }
    return training
  }

  /// An estimate if a part of the run has first-order derivatives.
  public var metaGradientKind: MetaGradientKind {
    firstOrderShare > 0 ? .estimate : chosenObjective.kind(by: chosenDifferentiation.kind(through: inner))
  }

  /// 1 at the start of a run, while derivatives are of first order.
  public func phase(_ step: AdaptationContext.Step) -> Int { step.progress < firstOrderShare ? 1 : 0 }

  public func metaGradient(
    _ state: MetaState, _ learner: Learner, _ shard: Episodes, _ context: AdaptationContext
  ) -> MetaGradient {
    let way: any Differentiation = context.phase == 1 ? Unrolled(derivative: .firstOrder) : chosenDifferentiation
    return differentiated(state, learner, shard, context, by: way).contribution(shard)
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: MAMLPlusPlus.self) }
)
