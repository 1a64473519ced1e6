public import Registry
public import Tasks

/// The settings of a meta-test; part of a run's record.
public struct TestConfiguration: Sendable, Hashable {
  /// The part of a distribution to test on.
  public enum Part: String, Sendable, CaseIterable {
    case metaTest = "meta-test"
    case metaValidation = "meta-validation"
  }

  /// The normalisation modes to test, for models with batch norm.
  public enum Modes: String, Sendable, CaseIterable {
    /// Transductive and support-plus-one; support comes first if the model was trained in that mode.
    case all
    /// Statistics of the whole query set; several times as fast as all modes.
    case transductive
    /// Statistics of the support set.
    case support
    /// Statistics of the support set and one query sample at a time.
    case supportPlusOne = "support-plus-one"
  }

  /// The settings, under the prefix "test" on the command line.
  public static let hyperparameters = HyperparameterTable<TestConfiguration>([
    .integer("episodes", \.episodes, in: 2...10_000_000, "Held-out episodes, the same for all algorithms."),
    .integer("steps", \.steps, in: 0...10_000, "Adaptation steps; results are reported before the first and after each."),
    .integer("shardSize", \.shardSize, in: 1...100_000, "Episodes in a shard, the unit of work of a thread."),
    .choice("split", \.part, "The tasks to test on."),
    .choice("modes", \.modes, "Normalisation modes to test, for models with batch norm: all, or one of them."),
    .boolean("disjoint", \.disjoint, "Whether to test disjoint episodes and random assignments of labels too, for the report."),
  ])

  /// Held-out episodes.
  public var episodes = 600
  /// Adaptation steps.
  public var steps = 10
  /// Episodes in a shard, the unit of work of a thread.
  public var shardSize = 10
  /// The part to test on.
  public var part = Part.metaTest
  /// The normalisation modes to test, for models with batch norm.
  public var modes = Modes.all

  /// Whether to measure ``SamplingEstimates``; records have this setting only if it is true.
  public var disjoint = false

  /// 600 episodes of meta-test, ten steps, all modes.
  public init() {}

  /// The part as a split.
  public var split: Split { part == .metaTest ? .metaTest : .metaValidation }
}
