/// Name, source and declared meta-gradient of an algorithm.
public struct AlgorithmCard: Sendable, Hashable {
  /// Stable identifier in commands and records, such as "maml".
  public let id: String
  /// One-line title for listings.
  public let title: String
  /// Paper, section or equation, with a link.
  public let citation: String
  /// Kind of ``Algorithm/metaGradient(_:_:_:_:)`` under the default settings; the contract suite verifies it.
  public let metaGradient: MetaGradientKind
  /// Results from papers; reports show them beside runs that meet their conditions.
  public let published: [PublishedResult]
  /// Its family, by which comparisons select.
  public let family: AlgorithmFamily
  /// Whether a comparison of all algorithms includes it without being asked for every one.
  public let isCompared: Bool

  /// Creates a card; by default it lists no published results, and comparisons include the algorithm.
  public init(
    id: String, title: String, citation: String, metaGradient: MetaGradientKind, published: [PublishedResult] = [],
    family: AlgorithmFamily = .gradient, isCompared: Bool = true
  ) {
    self.family = family
    self.isCompared = isCompared
    self.id = id
    self.title = title
    self.citation = citation
    self.metaGradient = metaGradient
    self.published = published
  }
}

/// How an algorithm learns to learn.
public enum AlgorithmFamily: String, Sendable, Hashable, CaseIterable {
  /// It adapts by gradient steps.
  case gradient
  /// It compares with the support set in a learned embedding, or solves for a head in closed form.
  case metric
  /// It is a control that others have to beat.
  case baseline
}

/// The quantity that an algorithm's meta-gradient computes.
public enum MetaGradientKind: String, Sendable, Hashable, CaseIterable {
  /// The derivative of the meta-objective, through every adaptation step.
  case exact
  /// The derivative of the meta-objective at the adapted parameters, with adaptation as a fixed offset.
  case firstOrder = "first-order"
  /// Initial minus adapted parameters.
  case displacement
  /// The derivative at a stationary point of the inner problem, by the implicit function theorem: exact as adaptation converges.
  case implicit
  /// A biased or noisy estimate of the derivative; the documentation of the algorithm says which.
  case estimate
  /// No gradient: nothing is meta-learned, or it is estimated in closed form.
  case none
}

/// A result from a paper, for comparison with our runs.
///
/// Reports show it with its conditions, which rarely match a run exactly.
public struct PublishedResult: Sendable, Hashable {
  /// Id of the task distribution.
  public let task: String
  /// Settings that a run must have for reports to show the result, such as "task.ways".
  public let conditions: [String: String]
  /// How the paper obtained the result.
  public let setting: String
  /// The number or numbers, as printed.
  public let result: String
  /// Paper and table.
  public let source: String

  /// Creates a result; copy its numbers from the paper itself, never from a secondary source.
  public init(task: String, conditions: [String: String] = [:], setting: String, result: String, source: String) {
    self.task = task
    self.conditions = conditions
    self.setting = setting
    self.result = result
    self.source = source
  }
}
