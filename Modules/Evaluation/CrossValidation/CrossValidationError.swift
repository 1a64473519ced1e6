import Registry

/// A cross-validation that cannot be run as requested.
public enum CrossValidationError: Error, Hashable, CustomStringConvertible {
  /// The task has no groups; `known` are the tasks that have them.
  case noGroups(task: String, known: [String])
  case tooFewGroups(found: Int, required: Int)
  case folds(found: Int)
  /// More own examples than the support set of an episode has.
  case tooManyExamples(found: Int, available: Int)
  /// A setting of the ordinary meta-test, in which episodes draw their group.
  case testSetting(key: String)

  public var description: String {
    switch self {
    case .noGroups(let task, let known):
      "the task \(task) has no groups to cross-validate over; tasks with groups: \(known.isEmpty ? "none" : known.joined(separator: ", "))."
    case .tooFewGroups(let found, let required):
      "the data have \(found) \(found == 1 ? "group" : "groups") with enough rows, expected at least \(required), one for each fold; lower "
        + "--folds, --shots or --queries, or name another column of groups."
    case .folds(let found): "\(found) \(found == 1 ? "fold was" : "folds were") requested, expected at least 2."
    case .tooManyExamples(let found, let available):
      "\(found) own examples were requested, but an episode has \(available); name at most \(available), or raise --shots."
    case .testSetting(let key):
      "\(legible(key)) is for a meta-test whose episodes draw their group; a cross-validation tests every group, so leave it out."
    }
  }
}
