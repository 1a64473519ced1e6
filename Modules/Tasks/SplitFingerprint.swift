import Registry

/// Computes digests for ``TaskDistribution/splitFingerprint``.
public enum SplitFingerprint {
  /// The first 16 hexadecimal digits of the SHA-256 of the texts, each preceded by its length.
  public static func digest(of texts: some Sequence<String>) -> String {
    var hash = SHA256()
    for text in texts { hash.update(field: text) }
    return hexadecimal(hash.finish().prefix(8))
  }

  /// The digest of the sorted class names of the three splits.
  public static func digest(classesOf distribution: some TaskDistribution) -> String {
    digest(splits: Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0, distribution.classes(in: $0)) }))
  }

  /// The digest of the sorted class names of the three splits; a split may be missing.
  package static func digest(splits: [Split: [String]]) -> String {
    digest(of: Split.allCases.flatMap { [$0.rawValue] + (splits[$0] ?? []).sorted() })
  }

  /// The digest of a family that draws from a continuum: its id and its settings, without the sample counts, augmentation and domains.
  ///
  /// Such a family keeps its splits apart by random streams that are keyed by the name of the split.
  public static func digest<Family: TaskDistribution>(rangesOf family: Family) -> String {
    let counts: Set = ["ways", "shots", "queries"]
    let ranges = Family.hyperparameters.values(of: family).filter { setting in
      !counts.contains(setting.key) && !["augment.", "domains."].contains { setting.key.hasPrefix($0) }
    }
    return digest(of: [Family.card.id] + ranges.flatMap { [$0.key, $0.value.description] })
  }
}
