public import Registry

/// How a task is adapted to: which parameters move, by which rule, how often.
///
/// Its settings have the prefix "inner" on the command line.
public struct InnerLoop: Sendable, Hashable {
  /// The settings.
  public static let hyperparameters =
    HyperparameterTable<InnerLoop>.flattened(\.optimizer, Optimizer.settings)
    + HyperparameterTable([
      .integer("steps", \.steps, in: 0...1000, "Adaptation steps in meta-training.")
    ])

  /// The rule of an adaptation step, with its hyperparameters.
  public var optimizer: Optimizer
  /// Adaptation steps in meta-training.
  public var steps: Int
  /// The parameters that adapt; the others keep their initial values.
  public var adapts = AdaptedPart.all
  /// The rule's hyperparameters that are meta-learned; the others are constants.
  public var learns = LearnedHyperparameters()

  /// Some steps of a rule.
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
