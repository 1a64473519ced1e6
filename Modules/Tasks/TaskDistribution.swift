public import Registry
public import TensorCore

/// Name and source of a task distribution.
public struct TaskCard: Sendable, Hashable {
  /// Stable identifier in commands and records, such as "sinusoid".
  public let id: String
  /// One-line title for listings.
  public let title: String
  /// Paper or provenance, with a link if one exists.
  public let citation: String
  /// True if the distribution reads data from outside the program.
  public let needsData: Bool

  /// Creates a card; by default the distribution needs no data.
  public init(id: String, title: String, citation: String, needsData: Bool = false) {
    self.id = id
    self.title = title
    self.citation = citation
    self.needsData = needsData
  }
}

/// The shapes, sizes and loss that all episodes of a distribution share: enough to choose a model.
public struct TaskSignature: Sendable, Hashable {
  /// Shape of one input: [1], [height, width, channels] or [time, channels].
  public let inputShape: Shape
  /// Number of model outputs: ways for classification, target width for regression, 1 for binary classification.
  public let outputs: Int
  /// The loss that adaptation minimises.
  public let taskLoss: TaskLoss
  /// Samples in the support set, over all classes.
  public let supportCount: Int
  /// Samples in the query set, over all classes.
  public let queryCount: Int
  /// Id of the default model, such as "mlp", "conv", "conv1d" or "logistic".
  public let suggestedModel: String

  /// The kind of one input; training defaults depend on it.
  public let inputKind: InputKind
  /// Shape of one row of an episode: ``inputShape``, except in an ``Environment``, whose rows start trajectories.
  public let rowShape: Shape
  /// The support samples of a class, or of a regression task, if their number differs from task to task; nil if it does not.
  ///
  /// `TaskDistribution.episode` draws the upper bound. The framework draws a number for each task and leaves out the samples beyond it.
  public let shots: ClosedRange<Int>?

  /// Creates a signature; by default an input is a feature vector, and all tasks have equally many samples.
  /// - Precondition: `supportCount` is a multiple of the upper bound of `shots`.
  public init(
    inputShape: Shape, outputs: Int, taskLoss: TaskLoss, supportCount: Int, queryCount: Int, suggestedModel: String,
    inputKind: InputKind = .vector, shots: ClosedRange<Int>? = nil, rowShape: Shape? = nil
  ) {
    require(
      shots.map { $0.lowerBound > 0 && supportCount % $0.upperBound == 0 } ?? true,
      "\(supportCount) support samples are no multiple of the most shots of \(shots.map { "\($0)" } ?? "none")")
    self.shots = shots
    self.rowShape = rowShape ?? inputShape
    self.inputShape = inputShape
    self.outputs = outputs
    self.taskLoss = taskLoss
    self.supportCount = supportCount
    self.queryCount = queryCount
    self.suggestedModel = suggestedModel
    self.inputKind = inputKind
  }
}

/// The kind of a task's inputs; training defaults depend on it.
public enum InputKind: String, Sendable, Hashable, CaseIterable {
  /// A vector of features.
  case vector
  /// An image, [height, width, channels].
  case image
  /// A signal, [time, channels].
  case signal
}

/// A distribution over tasks that can draw any episode again, in any order, on any thread.
public protocol TaskDistribution: Sendable {
  /// Name and source of the distribution.
  static var card: TaskCard { get }
  /// The settings; sample counts, if present, are named "ways", "shots" and "queries".
  static var hyperparameters: HyperparameterTable<Self> { get }

  /// Creates the distribution with default settings and no data loaded.
  init()

  /// Checks the settings against each other and loads data if the distribution needs any.
  ///
  /// The framework calls it once, after applying the settings and before drawing any episode.
  /// - Parameter source: A folder or file that the user named for this distribution; nil if none.
  /// - Throws: ``TaskError``, or a plug-in's own typed error.
  mutating func prepare(source: String?) throws

  /// Prepares with the ``statistics`` of an earlier run, which replace those that the data would give.
  ///
  /// A distribution without statistics need not implement it.
  /// - Parameters:
  ///   - source: As in ``prepare(source:)``.
  ///   - statistics: The text of the run's distribution; nil to learn them from the data.
  /// - Throws: As ``prepare(source:)``, and for statistics that do not fit the data.
  mutating func prepare(source: String?, statistics: String?) throws

  /// What the distribution learned from the data of meta-training, such as means and levels; nil if nothing.
  ///
  /// A checkpoint stores the text, and ``prepare(source:statistics:)`` reads it. Equal statistics give equal texts.
  var statistics: String? { get }

  /// What a user should know about the prepared data, in sentences; commands print them.
  var notes: [String] { get }

  /// Shapes, sizes and loss of the episodes under the current settings.
  var signature: TaskSignature { get }

  /// Draws a float32 episode: a pure function of (settings, seed, split, index).
  ///
  /// If ``TaskSignature/shots`` is a range, the episode has the most shots.
  /// - Throws: ``TaskError`` if the split has too few classes or drawings.
  func episode(_ index: Int, in split: Split, seed: UInt64) throws -> Episode

  /// Draws the episodes of consecutive indices, stacked; the result equals drawing them one by one.
  ///
  /// A distribution that stores its episodes stacked may return views.
  /// - Throws: As ``episode(_:in:seed:)``.
  func episodes(_ indices: Range<Int>, in split: Split, seed: UInt64) throws -> Episodes

  /// Draws an episode with several support sets; the first one and the query equal ``episode(_:in:seed:)``.
  ///
  /// A distribution with one support set per episode need not implement it. `supports` is the requested number, at least 1.
  /// - Throws: ``TaskError/oneSupport(task:required:)`` if the distribution draws only one; otherwise as ``episode(_:in:seed:)``.
  func episode(_ index: Int, in split: Split, seed: UInt64, supports: Int) throws -> Episode

  /// Draws episodes with several support sets for consecutive indices, stacked.
  func episodes(_ indices: Range<Int>, in split: Split, seed: UInt64, supports: Int) throws -> Episodes

  /// Digest of the assignment of classes (or task indices) to splits: 16 hexadecimal digits, printed in every report.
  var splitFingerprint: String { get }

  /// Names of the classes in a split; empty if tasks come from a continuum.
  ///
  /// An evaluator refuses a distribution whose splits share a class.
  func classes(in split: Split) -> [String]

  /// Digest of the data read, printed in every report: 64 hexadecimal digits; nil if the tasks are synthetic.
  var dataDigest: String? { get }
}

extension TaskDistribution {
  public mutating func prepare(source: String?) throws {}
  public mutating func prepare(source: String?, statistics: String?) throws { try prepare(source: source) }
  public var statistics: String? { nil }
  public var notes: [String] { [] }
  public func classes(in split: Split) -> [String] { [] }
  public var dataDigest: String? { nil }

  /// The random stream for one episode, keyed by (seed, task id, split, index).
  public func stream(_ index: Int, in split: Split, seed: UInt64) -> RandomStream {
    stream(in: split, seed: seed).child(index)
  }

  /// The parent of the episodes' random streams; a caller derives it once per shard.
  func stream(in split: Split, seed: UInt64) -> RandomStream {
    RandomStream(seed: seed).child("task \(Self.card.id)").child(split.rawValue)
  }

  public func episodes(_ indices: Range<Int>, in split: Split, seed: UInt64) throws -> Episodes {
    try stacked(indices.map { try episode($0, in: split, seed: seed) }, from: indices.lowerBound)
  }

  public func episode(_ index: Int, in split: Split, seed: UInt64, supports: Int) throws -> Episode {
    guard supports == 1 else { throw TaskError.oneSupport(task: Self.card.id, required: supports) }
    return try episode(index, in: split, seed: seed)
  }

  public func episodes(_ indices: Range<Int>, in split: Split, seed: UInt64, supports: Int) throws -> Episodes {
    supports == 1
      ? try episodes(indices, in: split, seed: seed)
      : try stacked(indices.map { try episode($0, in: split, seed: seed, supports: supports) }, from: indices.lowerBound)
  }

  /// Stacks episodes after a check of each: stacking traps if shapes differ.
  private func stacked(_ episodes: [Episode], from first: Int) throws -> Episodes {
    for (place, episode) in episodes.enumerated() {
      try check(episode, index: first + place)
      guard episode.hasShapes(of: episodes[0]) else { throw TaskError.differentShapes(task: Self.card.id, index: first + place) }
    }
    return Episodes(episodes)
  }
}

/// All task distributions linked into this program.
public enum TaskRegistry {
  /// The registry, rebuilt from the linker section on every read.
  public static var all: Registry<any TaskDistribution.Type> { Registry(.tasks) { $0.card.id } }

  /// Looks up a distribution by id.
  /// - Throws: `LookupError` with the nearest id.
  public static func type(of id: String) throws(LookupError) -> any TaskDistribution.Type {
    try all.item(id, kind: "task")
  }
}

/// Settings or data from which no episode can be drawn.
public enum TaskError: Error, Hashable, CustomStringConvertible {
  case tooFewClasses(required: Int, available: Int, split: Split)
  case tooFewDrawings(required: Int, available: Int, className: String)
  case notPrepared(task: String)
  case missingData(task: String, searched: [String], advice: String)
  case notFinite(task: String, index: Int)
  /// An episode does not match the signature; `set` is "support", "query" or "support 2".
  case episode(task: String, index: Int, set: String, fault: EpisodeFault)
  /// An episode has another shape than the ones before it in its shard, and the algorithm needs them in one shard.
  case differentShapes(task: String, index: Int)
  /// The meta-loss needs several support sets per task, but the distribution draws one.
  case oneSupport(task: String, required: Int)
  case overlappingSplits(task: String, className: String)
  case emptyInterval(task: String, key: String, interval: Interval)

  public var description: String {
    switch self {
    case .tooFewClasses(let required, let available, let split):
      "\(required) ways were requested, but \(split.rawValue) has \(available) \(available == 1 ? "class" : "classes"); "
        + (available > 1 ? "set --ways to at most \(available)." : "choose a split, or data, with more classes.")
    case .tooFewDrawings(let required, let available, let className):
      "shots and queries ask for \(required) drawings of a class, but \(legible(className)) has \(available); lower --shots or --queries."
    case .notPrepared(let task): "\(task) was asked for an episode before its data were loaded."
    case .missingData(let task, let searched, let advice):
      "no data for \(task): \(searched.isEmpty ? "no folder was given" : "searched " + searched.joined(separator: ", ")). \(advice)"
    case .notFinite(let task, let index): "episode \(index) of \(task) holds a number that is not finite; check the data."
    case .episode(let task, let index, let set, let fault): "episode \(index) of \(task), \(set) set: \(fault)."
    case .differentShapes(let task, let index):
      "episode \(index) of \(task) has other shapes than the episodes before it, and the meta-loss compares tasks; draw equal numbers of "
        + "samples, or choose another meta-loss."
    case .oneSupport(let task, let required):
      "\(task) provides one support set per task, but the meta-loss needs \(required); choose another task or another meta-loss."
    case .overlappingSplits(let task, let className): "\(task): class \(legible(className)) is in more than one split."
    case .emptyInterval(let task, let key, let interval):
      "\(task): \(key).low is \(interval.low) and \(key).high is \(interval.high); set both finite, the first at most the second."
    }
  }
}
