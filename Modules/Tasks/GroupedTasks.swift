/// A distribution whose tasks are groups, such as patients or users, and whose groups the framework may assign to splits.
///
/// Cross-validation calls ``prepareGroups(source:)`` once in place of ``TaskDistribution/prepare(source:)``, and ``assigning(_:)`` once for
/// each fold.
public protocol GroupedTasks: TaskDistribution {
  /// Loads the data without a split.
  ///
  /// - Parameter source: As in ``TaskDistribution/prepare(source:)``.
  /// - Returns: The names of all groups from which episodes can be drawn, sorted.
  /// - Throws: As ``TaskDistribution/prepare(source:)``, and for settings without groups.
  mutating func prepareGroups(source: String?) throws -> [String]

  /// The same data with groups assigned to splits; statistics are learned from the groups of meta-training only.
  ///
  /// - Parameter splits: The names of the groups of each split; a split may be missing.
  /// - Returns: A prepared distribution.
  /// - Throws: An error of the distribution for data from which nothing can be learned, such as a constant target.
  /// - Precondition: The groups were prepared, and each name is one of theirs, at most once.
  func assigning(_ splits: [Split: [String]]) throws -> Self

  /// Draws episodes of one group, stacked: a pure function of (settings, seed, group, index), whatever split the group is in.
  ///
  /// The numbers in the episodes may depend on the statistics; which samples are drawn does not.
  /// - Throws: As ``TaskDistribution/episode(_:in:seed:)``.
  /// - Precondition: The group is assigned to a split.
  func episodes(_ indices: Range<Int>, of group: String, seed: UInt64) throws -> Episodes
}

extension GroupedTasks {
  /// Draws episodes of one group, checked against ``TaskDistribution/signature``.
  ///
  /// - Throws: `TaskError.episode` or `TaskError.notFinite` for unsound episodes, and any error from drawing.
  public func checkedEpisodes(_ indices: Range<Int>, of group: String, seed: UInt64) throws -> Episodes {
    let shard = try episodes(indices, of: group, seed: seed)
    try check(shard, signature, first: indices.lowerBound, supports: 1)
    return shard
  }
}
