/// The three parts that a distribution's tasks are divided into.
///
/// A class or task belongs to one of them by construction.
public enum Split: String, Sendable, Hashable, CaseIterable {
  /// To learn from.
  case metaTrain = "meta-train"
  /// To choose by.
  case metaValidation = "meta-validation"
  /// To report on.
  case metaTest = "meta-test"
}
