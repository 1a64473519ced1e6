public import Registry
public import TensorCore

/// What a distribution is called and where it comes from.
public struct TaskCard: Sendable, Hashable {
  /// Stable name for commands and records, "sinusoid" for example.
  public let id: String
  /// One line for a list.
  public let title: String
  /// Paper or provenance, with a link where there is one.
  public let citation: String
  /// True where data must be found outside the program.
  public let needsData: Bool

  /// Fills in a card.
  public init(id: String, title: String, citation: String, needsData: Bool = false) {
    self.id = id
    self.title = title
    self.citation = citation
    self.needsData = needsData
  }
}

/// The outline of every episode of a distribution: enough to choose a model by.
public struct TaskSignature: Sendable, Hashable {
  /// The shape of one input: [1] or [height, width, channels].
  public let inputShape: Shape
  /// Model outputs: the ways of a classification, the width of a regression, 1 for a binary one.
  public let outputs: Int
  /// What is minimised.
  public let taskLoss: TaskLoss
  /// Samples of the support set, all classes together.
  public let supportCount: Int
  /// Samples of the query set, all classes together.
  public let queryCount: Int
  /// The id of the model that is used unless another is asked for: "mlp", "conv" or "logistic".
  public let suggestedModel: String

  /// What one input is.
  public let inputKind: InputKind

  /// Fills in a signature.
  public init(
    inputShape: Shape, outputs: Int, taskLoss: TaskLoss, supportCount: Int, queryCount: Int, suggestedModel: String,
    inputKind: InputKind = .vector
  ) {
    self.inputShape = inputShape
    self.outputs = outputs
    self.taskLoss = taskLoss
    self.supportCount = supportCount
    self.queryCount = queryCount
    self.suggestedModel = suggestedModel
    self.inputKind = inputKind
  }
}

/// What one input of a task is: defaults for training depend on it.
public enum InputKind: String, Sendable, Hashable, CaseIterable {
  /// A vector of features.
  case vector
  /// An image, [height, width, channels].
  case image
}

/// Where tasks come from: any episode can be drawn again, in any order, on any thread.
public protocol TaskDistribution: Sendable {
  /// Name and source.
  static var card: TaskCard { get }
  /// The settings; those of the number of samples are called "ways", "shots" and "queries" wherever they exist.
  static var hyperparameters: HyperparameterTable<Self> { get }

  /// The distribution with its default settings and no data.
  init()

  /// Checks the settings against each other and finds and loads data, where the distribution needs any.
  ///
  /// Called once after the settings are made, before any episode is drawn.
  /// - Parameter source: A folder or file the user named for this distribution; nil where none was named.
  /// - Throws: ``TaskError``, or a plug-in's own typed error.
  mutating func prepare(source: String?) throws

  /// The outline of the episodes under the present settings.
  var signature: TaskSignature { get }

  /// Draws an episode, float32: a pure function of (settings, seed, split, index).
  ///
  /// - Throws: ``TaskError`` where the split has too few classes or drawings.
  func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode

  /// Draws the episodes of consecutive indices, stacked: what drawing one after another gives.
  ///
  /// A distribution that has them stacked already may hand out views.
  /// - Throws: As ``episode(_:in:seed:)``.
  func episodes(_ indices: Range<Int>, in split: Split, seed: UInt64) throws -> Episodes

  /// Draws the same episode with several support sets: the first one and the query are those of ``episode(_:in:seed:)``.
  ///
  /// A distribution that draws one support set only need not implement it. `supports` says how many are asked for, at least 1.
  /// - Throws: ``TaskError/oneSupport(task:required:)`` where a distribution has no more than one; as ``episode(_:in:seed:)``.
  func episode(_ index: Int, in split: Split, seed: UInt64, supports: Int) throws -> Episode

  /// Draws such episodes of consecutive indices, stacked.
  func episodes(_ indices: Range<Int>, in split: Split, seed: UInt64, supports: Int) throws -> Episodes

  /// A digest of which classes (or task indices) belong to which split: 16 hexadecimal digits, printed in every report.
  var splitFingerprint: String { get }

  /// The classes of each split by name; empty where tasks are drawn from a continuum.
  ///
  /// An evaluator refuses a distribution whose splits share a class.
  func classes(in split: Split) -> [String]

  /// A digest of the data that were read, printed in every report: 64 hexadecimal digits; nil where tasks are made up.
  var dataDigest: String? { get }
}

extension TaskDistribution {
  public mutating func prepare(source: String?) throws {}
  public func classes(in split: Split) -> [String] { [] }
  public var dataDigest: String? { nil }

  /// The stream that an episode draws from: keyed by (seed, task id, split, index).
  public func stream(_ index: Int, in split: Split, seed: UInt64) -> RandomStream {
    stream(in: split, seed: seed).child(index)
  }

  /// The stream whose child of an index an episode draws from; asked once for a shard.
  func stream(in split: Split, seed: UInt64) -> RandomStream {
    RandomStream(seed: seed).child("task \(Self.card.id)").child(split.rawValue)
  }

  public func episodes(_ indices: Range<Int>, in split: Split, seed: UInt64) throws -> Episodes {
    Episodes(try indices.map { try episode($0, in: split, seed: seed) })
  }

  public func episode(_ index: Int, in split: Split, seed: UInt64, supports: Int) throws -> Episode {
    guard supports == 1 else { throw TaskError.oneSupport(task: Self.card.id, required: supports) }
    return try episode(index, in: split, seed: seed)
  }

  public func episodes(_ indices: Range<Int>, in split: Split, seed: UInt64, supports: Int) throws -> Episodes {
    supports == 1
      ? try episodes(indices, in: split, seed: seed)
      : Episodes(try indices.map { try episode($0, in: split, seed: seed, supports: supports) })
  }

  /// The same, all numbers being finite.
  ///
  /// - Throws: ``TaskError/notFinite(task:index:)``, and what drawing throws.
  public func checkedEpisodes(_ indices: Range<Int>, in split: Split, seed: UInt64, supports: Int = 1) throws -> Episodes {
    let shard = try episodes(indices, in: split, seed: seed, supports: supports)
    guard 1 + shard.furtherSupports.count >= supports else { throw TaskError.oneSupport(task: Self.card.id, required: supports) }
    // A list of the sets would cost a small network's meta-iteration half a percent.
    if shard.support.isFinite, shard.query.isFinite, shard.furtherSupports.allSatisfy(\.isFinite) { return shard }
    for set in shard.sets where !set.isFinite {
      let culprit = (0..<indices.count).first { !set.slice($0..<($0 + 1)).isFinite } ?? 0
      throw TaskError.notFinite(task: Self.card.id, index: indices.lowerBound + culprit)
    }
    return shard
  }
}

/// All task distributions linked into this program.
public enum TaskRegistry {
  /// The registry; reading it walks the linker section anew.
  public static var all: Registry<any TaskDistribution.Type> { Registry(.tasks) { $0.card.id } }

  /// The distribution of an id.
  /// - Throws: `LookupError` with the nearest id.
  public static func type(of id: String) throws(LookupError) -> any TaskDistribution.Type {
    try all.item(id, kind: "task")
  }
}

/// A setting or data that no episode can be drawn from.
public enum TaskError: Error, Hashable, CustomStringConvertible {
  case tooFewClasses(required: Int, available: Int, split: Split)
  case tooFewDrawings(required: Int, available: Int, className: String)
  case notPrepared(task: String)
  case missingData(task: String, searched: [String], advice: String)
  case notFinite(task: String, index: Int)
  /// A meta-loss adapts to several support sets of a task, and the distribution draws one.
  case oneSupport(task: String, required: Int)
  case overlappingSplits(task: String, className: String)
  case emptyInterval(task: String, key: String, interval: Interval)

  public var description: String {
    switch self {
    case .tooFewClasses(let required, let available, let split):
      "\(required) ways asked for, but \(split.rawValue) has \(available) classes; set --ways to at most \(available)."
    case .tooFewDrawings(let required, let available, let className):
      "shots and queries ask for \(required) drawings of a class, but \(className) has \(available); lower --shots or --queries."
    case .notPrepared(let task): "\(task) was asked for an episode before its data were loaded."
    case .missingData(let task, let searched, let advice):
      "no data for \(task): looked in \(searched.isEmpty ? "no place" : searched.joined(separator: ", ")). \(advice)"
    case .notFinite(let task, let index): "episode \(index) of \(task) holds a number that is not finite; check the data."
    case .oneSupport(let task, let required):
      "\(task) draws one support set for each task, \(required) are asked for; choose another task or a meta-loss that adapts once."
    case .overlappingSplits(let task, let className): "\(task): class \(className) is in more than one split."
    case .emptyInterval(let task, let key, let interval):
      "\(task): \(key).low is \(interval.low) and \(key).high is \(interval.high); set both finite, the first at most the second."
    }
  }
}
