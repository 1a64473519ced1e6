/// A published protocol: what to train and to test, and the published numbers.
///
/// Numbers are in the unit of tables: percent for accuracies.
public struct Preset: Sendable, Hashable {
  /// A number of a table.
  public struct Cell: Sendable, Hashable {
    /// How episodes are summarised.
    public enum Statistic: String, Sendable, Hashable, CaseIterable {
      case mean, median
    }

    /// How episodes are summarised.
    public let statistic: Statistic
    /// The number of adaptation steps.
    public let step: Int
    /// The normalisation mode; nil for the headline's.
    public let mode: String?
    /// The published number; nil if there is none.
    public let published: Double?
    /// Half the published interval; nil if there is none.
    public let halfWidth: Double?
    /// Whether the published number is known from memory or a secondary source only, so that it is no target.
    public let isUnverified: Bool
    /// The number to reach; nil for none.
    public let target: Double?
  }

  /// A test of a run.
  public struct Test: Sendable, Hashable {
    /// The name, also of a folder: letters, digits and hyphens.
    public let name: String
    /// Settings that differ from those of the training, by dotted key.
    public let settings: [Setting]
    /// The numbers of the test.
    public let cells: [Cell]
  }

  /// A training with its tests.
  public struct Run: Sendable, Hashable {
    /// The name, also of a folder.
    public let name: String
    /// The id of the algorithm, which need not be registered.
    public let algorithm: String
    public let task: String
    public let model: String?
    /// The number of meta-iterations.
    public let iterations: Int
    /// The number of meta-iterations of a quick reproduction; nil if it leaves the run out.
    public let quickIterations: Int?
    /// Settings by dotted key.
    public let settings: [Setting]
    /// Scores whose first reach in meta-training is reported; validations count if the settings ask for them.
    public let reaches: [Double]
    public let tests: [Test]
  }

  /// A setting as text.
  public struct Setting: Sendable, Hashable {
    public let key: String
    public let value: String
  }

  /// The name, such as "maml-table2".
  public let name: String
  /// What is reproduced.
  public let title: String
  /// Paper and table.
  public let source: String
  /// How ours differs from the published protocol, in sentences.
  public let notes: [String]
  /// The number of seeds, from 0.
  public let seeds: Int
  /// The runs.
  public let runs: [Run]
}
