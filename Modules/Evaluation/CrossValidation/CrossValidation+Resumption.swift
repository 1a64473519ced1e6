import Algorithms
import Tasks

extension CrossValidation {
  /// Refuses to resume with other folds than those of a kept run.
  ///
  /// A checkpoint does not hold the number of folds, but the digest of its split, which is compared with that of each possible number.
  /// - Parameters:
  ///   - checkpoint: The checkpoint of a run on the first fold.
  ///   - path: The folder of the cross-validation.
  /// - Throws: ``CrossValidationError/otherFolds(path:kept:asked:)``. Runs that differ in seed or groups are not recognised here.
  public func refuseOtherFolds(than checkpoint: Checkpoint, in path: String) throws(CrossValidationError) {
    let groups = folds.parts.flatMap(\.self)
    func fingerprint(_ rule: Rule) -> String? {
      (try? Self.folds(of: groups, rule, seed: checkpoint.seed)).map { SplitFingerprint.digest(splits: $0.splits(testing: 0)) }
    }
    guard checkpoint.seed == requests[0].seed, fingerprint(rule) != checkpoint.splitFingerprint else { return }
    // More folds than that are not worth the time: the error of the split says enough.
    let candidates = [Rule.leaveOneOut] + (2...1000).prefix { $0 <= groups.count }.map { .folds($0) }
    guard let kept = candidates.first(where: { fingerprint($0) == checkpoint.splitFingerprint }) else { return }
    throw .otherFolds(path: path, kept: kept, asked: rule)
  }

  /// Divides groups by a rule.
  ///
  /// - Throws: ``CrossValidationError`` for too few groups.
  static func folds(of groups: [String], _ rule: Rule, seed: UInt64) throws(CrossValidationError) -> Folds {
    switch rule {
    case .folds(let count): try Folds(of: groups, count: count, seed: seed)
    case .leaveOneOut: try Folds(leavingOneOutOf: groups)
    }
  }
}
