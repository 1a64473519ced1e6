/// Results of algorithms on tasks, side by side.
public struct Comparison: Sendable {
  /// One algorithm on one task.
  public struct Row: Sendable {
    /// What was run.
    public let experiment: Experiment
    /// How it did.
    public let result: TestResult
    /// Wall time of training and test, shown in the printed table alone; nil where it was not taken.
    public let seconds: Double?

    /// Pairs an experiment with its result.
    public init(experiment: Experiment, result: TestResult, seconds: Double? = nil) {
      self.experiment = experiment
      self.result = result
      self.seconds = seconds
    }
  }

  /// The rows in the order in which they were run.
  public let rows: [Row]

  /// Puts rows side by side.
  public init(_ rows: [Row]) { self.rows = rows }

  /// The printed table, one block a task, sorted by result, the best first.
  public var table: String { fatalError("stub") }
  /// results.json
  public var json: String { fatalError("stub") }
  /// results.csv
  public var csv: String { fatalError("stub") }
  /// report.md
  public var markdown: String { fatalError("stub") }
}
