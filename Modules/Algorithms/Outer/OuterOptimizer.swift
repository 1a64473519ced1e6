public import Registry

/// The optimizer of the meta-parameters.
public struct OuterOptimizer: Sendable, Hashable {
  /// The rule.
  public enum Rule: String, Sendable, CaseIterable {
    case sgd, momentum, adam, adamw
  }

  /// How the rate changes over a run.
  public enum Schedule: String, Sendable, CaseIterable {
    case constant
    /// Straight down to the final fraction.
    case linear
    /// Half a cosine down to the final fraction.
    case cosine
  }

  /// The settings, under the prefix "outer" on the command line.
  public static let hyperparameters = HyperparameterTable<OuterOptimizer>([
    .choice("optimizer", \.rule, "Rule of the meta-update."),
    .real("learningRate", \.learningRate, in: 0...1000, "Step size of the meta-update, β."),
    .choice("schedule", \.schedule, "How the step size changes over the run."),
    .real("finalFraction", \.finalFraction, in: 0...1, "Step size at the end of a linear or cosine schedule, as a fraction of the first."),
    .real("momentum", \.momentum, in: 0...0.9999, "Momentum of the rule momentum."),
    .real("beta1", \.beta1, in: 0...0.9999, "Decay of Adam's first moment."),
    .real("beta2", \.beta2, in: 0...0.999999, "Decay of Adam's second moment."),
    .real("epsilon", \.epsilon, in: 0...1, "Added to the root of Adam's second moment, outside the root as in PyTorch."),
    .real("weightDecay", \.weightDecay, in: 0...10, "Decoupled weight decay of AdamW."),
    .real("clipNorm", \.clipNorm, in: 0...1e9, "Largest norm of the meta-gradient, longer ones are scaled down; 0 for none."),
    .real("clipValue", \.clipValue, in: 0...1e9, "Largest size of an entry of the meta-gradient, larger ones are cut; 0 for none."),
  ])

  /// The rule.
  public var rule = Rule.adam
  /// Step size of the meta-update.
  public var learningRate = 1e-3
  /// How the step size changes over a run.
  public var schedule = Schedule.constant
  /// Step size at the end of a schedule, as a fraction of the first.
  public var finalFraction = 0.0
  /// Momentum of the rule momentum.
  public var momentum = 0.9
  /// Decay of Adam's first moment.
  public var beta1 = 0.9
  /// Decay of Adam's second moment.
  public var beta2 = 0.999
  /// Added to the root of Adam's second moment.
  public var epsilon = 1e-8
  /// Decoupled weight decay of AdamW.
  public var weightDecay = 0.01
  /// Largest norm of the meta-gradient; 0 for none.
  public var clipNorm = 0.0
  /// Largest size of an entry of the meta-gradient; 0 for none.
  public var clipValue = 0.0

  /// Adam with a step size of 0.001.
  public init() {}

  /// A rule with a step size and a schedule.
  public init(_ rule: Rule, learningRate: Double, schedule: Schedule = .constant) {
    self.rule = rule
    self.learningRate = learningRate
    self.schedule = schedule
  }
}
