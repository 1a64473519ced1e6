/// What the target of a table is.
public enum TableKind: String, Sendable, Hashable, CaseIterable {
  /// Classification for a single target of texts, or of at most ten different whole numbers; otherwise regression.
  case auto
  case regression, classification
}

/// What to do about missing values.
public enum MissingValues: String, Sendable, Hashable, CaseIterable {
  /// A missing value is an error.
  case error
  /// Rows with a missing value are left out.
  case drop
  /// A missing input is the mean of meta-training, or no level; rows without a group or target are left out.
  case mean
}
