public import Registry

/// The adaptation to a task: which parameters change, by which rule, and in how many steps.
///
/// Its settings have the prefix "inner" on the command line.
public struct InnerLoop: Sendable, Hashable {
  /// The largest number of steps that the settings admit.
  static let stepsLimit = 1000

  /// The settings of the rule, the number of steps and the adapted part.
  public static let hyperparameters =
    HyperparameterTable<InnerLoop>.flattened(\.optimizer, Optimizer.settings)
    + HyperparameterTable([
      .integer("steps", \.steps, in: 0...stepsLimit, "Adaptation steps in meta-training."),
      .choice("adapts", \.adapts, "The parameters that adapt: all, or the head or the body of an embedding model."),
    ])

  /// Settings that select the learned hyperparameters of the rule, for algorithms whose meta-gradient reaches them.
  public static let learnedSettings = HyperparameterTable<InnerLoop>([
    .list(
      "learn", \.learns.names, of: .choice([LearnedHyperparameters.all] + Optimizer.hyperparameterNames),
      "Hyperparameters of the rule to meta-learn, such as learningRate,beta1; 'all' for all of them, empty for none."),
    .choice(
      "granularity", \.learns.granularity,
      "Values of a learned hyperparameter: one for all parameters (global), one per tensor, or one per parameter entry."),
    .boolean("perStep", \.learns.isPerStep, "Learn separate values for each adaptation step; steps beyond the last one use its values."),
    .boolean("signedRates", \.learns.hasSignedRates, "Allow learned learning rates to become negative, as in Meta-SGD."),
    .boolean("learnInitialisation", \.learnsInitialisation, "Meta-learn the initialisation. If false, only hyperparameters are learned."),
  ])

  /// The update rule of an adaptation step, with its hyperparameters.
  public var optimizer: Optimizer
  /// Number of adaptation steps in meta-training.
  public var steps: Int
  /// The parameters that adapt; the others keep their initial values.
  public var adapts = AdaptedPart.all
  /// The meta-learned hyperparameters of the rule; the others are constants.
  public var learns = LearnedHyperparameters()

  /// Whether the initialisation is learned.
  public var learnsInitialisation = true
  /// Strength λ of a proximal term that is added to the support loss: λ/2·‖θ′ − θ‖² over the parameters that adapt.
  ///
  /// It is not a setting. A differentiation method that needs the term sets it in ``Differentiation/adaptation(_:)``.
  public var proximity = 0.0
  /// Whether a step that increases a task's loss is undone and shortened; only loops without derivatives do so.
  ///
  /// It is not a setting. A differentiation method that needs a descent sets it in ``Differentiation/adaptation(_:)``.
  public var isSafeguarded = false

  /// Creates an inner loop; by default it is one SGD step of 0.01 on all parameters.
  public init(_ rule: any OptimizerRule.Type = SGD.self, steps: Int = 1, learningRate: Double = 0.01) {
    optimizer = Optimizer(rule)
    self.steps = steps
    self.learningRate = learningRate
  }

  /// Inner learning rate α, for losses that are means over samples.
  public var learningRate: Double {
    get { optimizer["learningRate"] }
    set { optimizer["learningRate"] = newValue }
  }
}
