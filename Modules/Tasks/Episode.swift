import Registry
public import TensorCore

/// The targets of labelled samples.
public enum Targets: Sendable {
  /// Labels in 0..<ways: an int64 tensor [N], or [T, N] for stacked tasks.
  case classes(Tensor, ways: Int)
  /// Numbers, [N, outputs] or [T, N, outputs]; ``TaskLoss/binaryCrossEntropy`` requires 0 or 1.
  case values(Tensor)
  /// Targets of stacked tasks with different numbers of samples.
  ///
  /// The mask is float32, [T, N]: 1 for a sample, 0 for padding, which must not count in any loss, score or statistic. The first sample
  /// of a task is never padding.
  indirect case padded(Targets, mask: Tensor)

  /// The tensor of labels or numbers.
  public var tensor: Tensor {
    switch self {
    case .classes(let labels, _): labels
    case .values(let values): values
    case .padded(let targets, _): targets.tensor
    }
  }

  /// Transforms the tensor, and the mask of padded targets, and keeps the kind of target.
  public func mapTensor(_ transform: (Tensor) throws -> Tensor) rethrows -> Targets {
    switch self {
    case .classes(let labels, let ways): .classes(try transform(labels), ways: ways)
    case .values(let values): .values(try transform(values))
    case .padded(let targets, let mask): .padded(try targets.mapTensor(transform), mask: try transform(mask))
    }
  }
}

/// Labelled samples: the support or query set of one task, or of several tasks stacked along a leading task axis.
public struct LabelledSet: Sendable {
  /// Shape [N, …], or [T, N, …] for stacked tasks.
  ///
  /// Images are [height, width, channels].
  public let inputs: Tensor
  /// Targets with the same N (and T).
  public let targets: Targets

  /// Creates a set from inputs and targets of the same length.
  public init(inputs: Tensor, targets: Targets) {
    self.inputs = inputs
    self.targets = targets
  }
}

/// One task: a support set for adaptation and a query set for scoring.
public struct Episode: Sendable {
  /// The samples that adaptation sees; inputs [N, …].
  public let support: LabelledSet
  /// The samples that score the adapted model; inputs [M, …].
  public let query: LabelledSet
  /// Further support sets of the same task, for meta-losses that adapt more than once; empty unless requested.
  public let furtherSupports: [LabelledSet]

  /// Creates an episode; by default it has one support set.
  public init(support: LabelledSet, query: LabelledSet, furtherSupports: [LabelledSet] = []) {
    self.support = support
    self.query = query
    self.furtherSupports = furtherSupports
  }
}

/// A shard: episodes stacked along a leading task axis; see ``Targets/padded(_:mask:)`` for different numbers of samples.
public struct Episodes: Sendable {
  /// Support sets; inputs [T, N, …].
  public let support: LabelledSet
  /// Query sets; inputs [T, M, …].
  public let query: LabelledSet
  /// Further support sets of the same tasks; empty unless requested.
  public let furtherSupports: [LabelledSet]

  /// The number of tasks, T.
  public var count: Int { support.inputs.shape[0] }

  /// All support sets, starting with ``support``.
  public var supports: [LabelledSet] { [support] + furtherSupports }

  /// All support sets, then the query set.
  package var sets: [LabelledSet] { supports + [query] }

  /// Creates a shard from sets that are already stacked.
  /// - Precondition: All sets have the same number of tasks.
  public init(support: LabelledSet, query: LabelledSet, furtherSupports: [LabelledSet] = []) {
    let count = support.inputs.shape[0]
    require(
      query.inputs.shape[0] == count && furtherSupports.allSatisfy { $0.inputs.shape[0] == count },
      "the sets of a shard have different task counts: \(([support, query] + furtherSupports).map { $0.inputs.shape[0] })")
    self.support = support
    self.query = query
    self.furtherSupports = furtherSupports
  }

  /// Transforms every set in the same way.
  package func mapSets(_ transform: (LabelledSet) -> LabelledSet) -> Episodes {
    Episodes(support: transform(support), query: transform(query), furtherSupports: furtherSupports.map(transform))
  }

  /// Stacks episodes.
  /// - Precondition: There is at least one episode, and all have equal shapes.
  public init(_ episodes: [Episode]) {
    let further = episodes.map(\.furtherSupports.count).min() ?? 0
    self.init(
      support: Self.stack(episodes.map(\.support)), query: Self.stack(episodes.map(\.query)),
      furtherSupports: (0..<further).map { number in Self.stack(episodes.map { $0.furtherSupports[number] }) })
  }

  /// Views of the tasks in a range.
  public subscript(range: Range<Int>) -> Episodes { mapSets { $0.slice(range) } }

  /// The samples of one task, without padding; a view if there is none.
  public subscript(task index: Int) -> Episode {
    func alone(_ set: LabelledSet) -> LabelledSet { set.unpadded(task: index) }
    return Episode(support: alone(support), query: alone(query), furtherSupports: furtherSupports.map(alone))
  }

  private static func stack(_ sets: [LabelledSet]) -> LabelledSet {
    LabelledSet(inputs: .stacked(sets.map(\.inputs)), targets: Targets.joined(sets.map(\.targets), Tensor.stacked))
  }
}

extension Episodes {
  /// Converts the inputs, and numeric targets, to another floating type; labels stay int64.
  public func converted(to dtype: DType) -> Episodes { mapSets { $0.converted(to: dtype) } }
}

extension LabelledSet {
  /// Concatenates the samples of both sets for each task: [T, N + M, …].
  public func concatenated(with other: LabelledSet) -> LabelledSet {
    LabelledSet(
      inputs: .concatenated([inputs, other.inputs], along: 1),
      targets: .joined([targets, other.targets]) { .concatenated($0, along: 1) })
  }

  /// True if every input and target is finite.
  var isFinite: Bool { inputs.isFinite && targets.tensor.isFinite }

  /// Views of the tasks in a range, or of the samples if the set is not stacked.
  public func slice(_ range: Range<Int>) -> LabelledSet {
    LabelledSet(inputs: inputs.slice(range), targets: targets.mapTensor { $0.slice(range) })
  }

  /// The set with a leading task axis of length 1.
  public var stackedAlone: LabelledSet {
    func lifted(_ tensor: Tensor) -> Tensor { tensor.reshaped(tensor.shape.inserting(1, at: 0)) }
    return LabelledSet(inputs: lifted(inputs), targets: targets.mapTensor(lifted))
  }

  /// Converts the inputs, and numeric targets, to another floating type; labels stay int64.
  public func converted(to dtype: DType) -> LabelledSet {
    LabelledSet(inputs: inputs.converted(to: dtype), targets: targets.mapTensor { $0.dtype.isFloating ? $0.converted(to: dtype) : $0 })
  }
}
