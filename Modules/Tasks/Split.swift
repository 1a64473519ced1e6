/// The three disjoint parts of a task distribution.
///
/// Every class or task belongs to exactly one split by construction.
public enum Split: String, Sendable, Hashable, CaseIterable {
  /// Tasks for meta-training.
  case metaTrain = "meta-train"
  /// Tasks for choosing settings and checkpoints.
  case metaValidation = "meta-validation"
  /// Tasks for the reported results.
  case metaTest = "meta-test"
}
