public import TensorCore

/// A user's own examples of one task: labelled ones to adapt to, and others to predict.
public struct Examples: Sendable {
  /// What a task predicts, with the names and units of the user's files.
  public enum Answer: Sendable, Hashable {
    /// A class; the names are in the order of the labels.
    case classes([String], column: String)
    /// Numbers, standardised in the model.
    case values([Value])
  }

  /// A number to predict.
  public struct Value: Sendable, Hashable {
    /// The name of its column.
    public let column: String
    /// What 0 stands for.
    public let mean: Double
    /// What a difference of 1 stands for.
    public let deviation: Double

    /// Creates the description of a number.
    public init(column: String, mean: Double, deviation: Double) {
      self.column = column
      self.mean = mean
      self.deviation = deviation
    }
  }

  /// Samples to predict, with the rows of a table to which the predictions are appended.
  public struct Query: Sendable {
    /// Model inputs [M, …].
    public let inputs: Tensor
    /// The names of the columns.
    public let header: [String]
    /// The cells of each row.
    public let rows: [[String]]
    /// The sample of each row; nil for a row that cannot be predicted.
    public let samples: [Int?]
    /// What separates the cells.
    public let separator: Character

    /// Creates a query.
    public init(inputs: Tensor, header: [String], rows: [[String]], samples: [Int?], separator: Character = ",") {
      self.inputs = inputs
      self.header = header
      self.rows = rows
      self.samples = samples
      self.separator = separator
    }
  }

  /// The examples to adapt to, without a task axis.
  public let support: LabelledSet
  /// The samples to predict; nil for none.
  public let query: Query?
  /// What is predicted.
  public let answer: Answer
  /// What a user should know about the files, in sentences.
  public let notes: [String]

  /// Creates examples.
  public init(support: LabelledSet, query: Query?, answer: Answer, notes: [String] = []) {
    self.support = support
    self.query = query
    self.answer = answer
    self.notes = notes
  }

  /// The number of model outputs that the examples need.
  public var outputs: Int {
    switch answer {
    case .classes(let names, _): names.count
    case .values(let values): values.count
    }
  }
}
