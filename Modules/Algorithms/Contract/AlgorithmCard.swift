/// What an algorithm is called, where it comes from, and what its meta-gradient is.
public struct AlgorithmCard: Sendable, Hashable {
  /// Stable name for commands and records, "maml" for example.
  public let id: String
  /// One line for a list.
  public let title: String
  /// Paper, section or equation, with a link.
  public let citation: String
  /// What ``Algorithm/metaGradient(_:_:_:_:)`` returns under the default settings; the contract suite checks the declaration.
  public let metaGradient: MetaGradientKind
  /// Numbers from papers, shown beside the runs that meet their conditions.
  public let published: [PublishedResult]

  /// Fills in a card.
  public init(id: String, title: String, citation: String, metaGradient: MetaGradientKind, published: [PublishedResult] = []) {
    self.id = id
    self.title = title
    self.citation = citation
    self.metaGradient = metaGradient
    self.published = published
  }
}

/// What an algorithm's meta-gradient is a gradient of.
public enum MetaGradientKind: String, Sendable, Hashable, CaseIterable {
  /// The derivative of the meta-objective, through every adaptation step.
  case exact
  /// The derivative of the meta-objective at the adapted parameters, adaptation taken as a fixed offset.
  case firstOrder = "first-order"
  /// Initial minus adapted parameters.
  case displacement
  /// The derivative at a stationary point of the inner problem, by the implicit function theorem: exact as adaptation converges.
  case implicit
  /// A biased or noisy estimate of the derivative; its documentation says which.
  case estimate
  /// Nothing is meta-learned.
  case none
}

/// A number from a paper, to be read beside ours.
///
/// It is shown with the conditions under which it was obtained, which seldom are exactly those of a run.
public struct PublishedResult: Sendable, Hashable {
  /// The id of the task distribution.
  public let task: String
  /// Settings that a run must have for the number to be shown, "task.ways" for example.
  public let conditions: [String: String]
  /// How it was obtained.
  public let setting: String
  /// The number or numbers, as printed.
  public let result: String
  /// Paper and table.
  public let source: String

  /// Records a number that was read in its paper; numbers known from hearsay are left out.
  public init(task: String, conditions: [String: String] = [:], setting: String, result: String, source: String) {
    self.task = task
    self.conditions = conditions
    self.setting = setting
    self.result = result
    self.source = source
  }
}
