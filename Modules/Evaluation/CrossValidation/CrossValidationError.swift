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
  /// A folder of results has other folds than those of the command that is to resume it.
  case otherFolds(path: String, kept: CrossValidation.Rule, asked: CrossValidation.Rule)

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
    case .otherFolds(let path, let kept, let asked):
      "\(legible(path, limit: nil)) contains a cross-validation with \(Self.text(kept)), but this command has \(Self.text(asked)); resume "
        + "with the original flags, or name another folder with --out."
    }
  }

  private static func text(_ rule: CrossValidation.Rule) -> String {
    switch rule {
    case .folds(let count): "\(count) folds"
    case .leaveOneOut: "a fold for each group (--leave-one-out)"
    }
  }
}
