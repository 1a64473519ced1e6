public import Registry
public import Tasks

/// How a meta-test runs; part of a run's record.
public struct TestConfiguration: Sendable, Hashable {
  /// Which part of a distribution is tested on.
  public enum Part: String, Sendable, CaseIterable {
    case metaTest = "meta-test"
    case metaValidation = "meta-validation"
  }

  /// Which normalisation modes are tested, where the model has batch norm.
  public enum Modes: String, Sendable, CaseIterable {
    /// Transductive and support-plus-one, and support before them where the model was trained in that mode.
    case all
    /// The whole query set alone, several times as fast.
    case transductive
    /// The support set alone.
    case support
    /// The support set and one query sample at a time, alone.
    case supportPlusOne = "support-plus-one"
  }

  /// The settings, under the prefix "test" on the command line.
  public static let hyperparameters = HyperparameterTable<TestConfiguration>([
    .integer("episodes", \.episodes, in: 2...10_000_000, "Held-out episodes, the same for all algorithms."),
    .integer("steps", \.steps, in: 0...10_000, "Adaptation steps; results are reported before the first and after each."),
    .integer("shardSize", \.shardSize, in: 1...100_000, "Episodes that one thread takes at a time."),
    .choice("split", \.part, "The tasks to test on."),
    .choice("modes", \.modes, "Normalisation modes to test, where the model has batch norm: all, or one of them alone."),
  ])

  /// Held-out episodes.
  public var episodes = 600
  /// Adaptation steps.
  public var steps = 10
  /// Episodes that one thread takes at a time.
  public var shardSize = 10
  /// The part that is tested on.
  public var part = Part.metaTest
  /// The normalisation modes that are tested, where the model has batch norm.
  public var modes = Modes.all

  /// 600 episodes of meta-test, ten steps, all modes.
  public init() {}

  /// The part as a split.
  public var split: Split { part == .metaTest ? .metaTest : .metaValidation }
}
