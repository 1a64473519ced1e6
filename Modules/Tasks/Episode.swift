public import TensorCore

/// What a sample should be mapped to.
public enum Targets: Sendable {
  /// Labels in 0..<ways, an int64 tensor [N] (or [T, N] where tasks are stacked).
  case classes(Tensor, ways: Int)
  /// Numbers, [N, outputs] (or [T, N, outputs]). For ``TaskLoss/binaryCrossEntropy`` these are 0 or 1.
  case values(Tensor)

  /// The tensor of either kind.
  public var tensor: Tensor {
    switch self {
    case .classes(let labels, _): labels
    case .values(let values): values
    }
  }

  /// The same kind of target around another tensor.
  public func mapTensor(_ transform: (Tensor) throws -> Tensor) rethrows -> Targets {
    switch self {
    case .classes(let labels, let ways): .classes(try transform(labels), ways: ways)
    case .values(let values): .values(try transform(values))
    }
  }
}

/// Samples with their targets: the support or the query of one task, or of several stacked on a leading task axis.
public struct LabelledSet: Sendable {
  /// Shape [N, …], or [T, N, …] where tasks are stacked.
  ///
  /// Images are [height, width, channels].
  public let inputs: Tensor
  /// Targets of the same N (and T).
  public let targets: Targets

  /// Pairs inputs with their targets.
  public init(inputs: Tensor, targets: Targets) {
    self.inputs = inputs
    self.targets = targets
  }
}

/// One task's draw: a support set to adapt on and a query set to be scored on.
public struct Episode: Sendable {
  /// What adaptation sees, inputs [N, …].
  public let support: LabelledSet
  /// What the adapted model is scored on, inputs [M, …].
  public let query: LabelledSet
  /// Further support sets of the same task, for meta-losses that adapt more than once; empty unless asked for.
  public let furtherSupports: [LabelledSet]

  /// Pairs a support set with a query set.
  public init(support: LabelledSet, query: LabelledSet, furtherSupports: [LabelledSet] = []) {
    self.support = support
    self.query = query
    self.furtherSupports = furtherSupports
  }
}

/// Equal-shaped episodes stacked on a leading task axis: a shard.
public struct Episodes: Sendable {
  /// Inputs [T, N, …].
  public let support: LabelledSet
  /// Inputs [T, M, …].
  public let query: LabelledSet
  /// Further support sets of the same tasks; empty unless asked for.
  public let furtherSupports: [LabelledSet]

  /// The number of tasks, T.
  public var count: Int { support.inputs.shape[0] }

  /// All support sets, the first one in front.
  public var supports: [LabelledSet] { [support] + furtherSupports }

  /// All sets: the supports, then the query.
  package var sets: [LabelledSet] { supports + [query] }

  /// Takes sets that are stacked already.
  /// - Precondition: All sets have the same number of tasks.
  public init(support: LabelledSet, query: LabelledSet, furtherSupports: [LabelledSet] = []) {
    let count = support.inputs.shape[0]
    precondition(
      query.inputs.shape[0] == count && furtherSupports.allSatisfy { $0.inputs.shape[0] == count },
      "the sets of a shard have different task counts: \(([support, query] + furtherSupports).map { $0.inputs.shape[0] })")
    self.support = support
    self.query = query
    self.furtherSupports = furtherSupports
  }

  /// The same transformation of every set.
  package func mapSets(_ transform: (LabelledSet) -> LabelledSet) -> Episodes {
    Episodes(support: transform(support), query: transform(query), furtherSupports: furtherSupports.map(transform))
  }

  /// Stacks episodes.
  /// - Precondition: At least one episode, all of equal shapes.
  public init(_ episodes: [Episode]) {
    let further = episodes.map(\.furtherSupports.count).min() ?? 0
    self.init(
      support: Self.stack(episodes.map(\.support)), query: Self.stack(episodes.map(\.query)),
      furtherSupports: (0..<further).map { number in Self.stack(episodes.map { $0.furtherSupports[number] }) })
  }

  /// The tasks of a range, as views.
  public subscript(range: Range<Int>) -> Episodes { mapSets { $0.slice(range) } }

  /// One task, as views.
  public subscript(task index: Int) -> Episode {
    func alone(_ set: LabelledSet) -> LabelledSet {
      LabelledSet(inputs: set.inputs[index], targets: set.targets.mapTensor { $0[index] })
    }
    return Episode(support: alone(support), query: alone(query), furtherSupports: furtherSupports.map(alone))
  }

  private static func stack(_ sets: [LabelledSet]) -> LabelledSet {
    guard let first = sets.first else { preconditionFailure("a shard has at least one episode") }
    let targets = Tensor.stacked(sets.map(\.targets.tensor))
    return LabelledSet(inputs: .stacked(sets.map(\.inputs)), targets: first.targets.mapTensor { _ in targets })
  }
}

extension Episodes {
  /// The episodes with their inputs, and their targets where they are numbers, in another floating type.
  public func converted(to dtype: DType) -> Episodes { mapSets { $0.converted(to: dtype) } }
}

extension LabelledSet {
  /// The samples of both sets of each task, [T, N + M, …].
  public func concatenated(with other: LabelledSet) -> LabelledSet {
    let both = Tensor.concatenated([targets.tensor, other.targets.tensor], along: 1)
    return LabelledSet(inputs: .concatenated([inputs, other.inputs], along: 1), targets: targets.mapTensor { _ in both })
  }

  /// True when no input and no target is infinite or not a number.
  var isFinite: Bool { inputs.isFinite && targets.tensor.isFinite }

  /// The tasks (or samples, where nothing is stacked) of a range, as views.
  public func slice(_ range: Range<Int>) -> LabelledSet {
    LabelledSet(inputs: inputs.slice(range), targets: targets.mapTensor { $0.slice(range) })
  }

  /// The set with a leading task axis of extent 1.
  public var stackedAlone: LabelledSet {
    func lifted(_ tensor: Tensor) -> Tensor { tensor.reshaped(tensor.shape.inserting(1, at: 0)) }
    return LabelledSet(inputs: lifted(inputs), targets: targets.mapTensor(lifted))
  }

  /// The set with its inputs, and its targets where they are numbers, in another floating type.
  public func converted(to dtype: DType) -> LabelledSet {
    LabelledSet(inputs: inputs.converted(to: dtype), targets: targets.mapTensor { $0.dtype.isFloating ? $0.converted(to: dtype) : $0 })
  }
}
