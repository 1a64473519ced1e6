public import Registry
public import Tasks

/// MAML with a learned learning rate for each parameter tensor and adaptation step.
///
/// ```
/// θₖ₊₁ = θₖ − αₖ,ₗ·∇ₗ L(support; θₖ)        l a tensor, k a step; α is learned together with θ
/// ```
/// Steps beyond the number in meta-training use the rates of the last step.
/// - SeeAlso: Antoniou, Edwards and Storkey, "How to train your MAML", ICLR 2019, section 4 (LSLR), <https://arxiv.org/abs/1810.09502>. The
///   paper says one rate per layer; its code and this implementation have one per tensor. As in that code, rates may become negative.
public struct LSLR: DifferentiatingAlgorithm {
  public static let card = AlgorithmCard(
    id: "lslr", title: "MAML with learned rates for each tensor and step",
    citation: "Antoniou et al., ICLR 2019, section 4, https://arxiv.org/abs/1810.09502", metaGradient: .exact, isCompared: false)

  public static let hyperparameters =
    HyperparameterTable<LSLR>([
      .integer("inner.steps", \.inner.steps, in: 1...1000, "Adaptation steps in meta-training, each with its own learning rates."),
      .real("inner.learningRate", \.inner.learningRate, in: 0...1000, "Initial value of the learned rates."),
    ]) + objectiveSettings(\.objective) + differentiationSettings(\.differentiation)

  public var inner: InnerLoop = {
    var inner = InnerLoop(SGD.self, steps: 5)
    inner.learns = LearnedHyperparameters(["learningRate"], .tensor, isPerStep: true, hasSignedRates: true)
    return inner
  }()
  public var objective = Selection(QueryLoss.self)
  public var differentiation = Selection(Unrolled.self)

  public init() {}

  /// Clips the meta-gradient to a norm of 10.
  ///
  /// Measured on sinusoid, seed 0, 5 steps: without clipping, a rate grows until a task diverges within 300 iterations. With clipping,
  /// 10,000 iterations end at a mean squared error of 0.009 ± 0.003 after 5 steps.
  public func defaultTraining(for signature: TaskSignature) -> TrainingConfiguration {
    var training = TrainingConfiguration(for: signature)
    training.outer.clipNorm = 10
    return training
  }

  /// Adopts five steps of 0.1 on images, as in the paper; elsewhere five steps with MAML's rate.
  public mutating func adopt(_ signature: TaskSignature) {
    inner.adoptPublished(for: signature)
    inner.steps = 5
    if signature.inputKind == .image { inner.learningRate = 0.1 }
  }
}

#if objectFormat(ELF)
@section("algorithm_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__algorithms") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any Algorithm.Type).self, to: LSLR.self) }
)
