public import Tasks
import TensorCore

/// A partition of groups: each part is tested once, by a run that meta-trains on all other groups.
public struct Folds: Sendable, Hashable {
  /// The sorted groups of each fold.
  public let parts: [[String]]
  /// True if each fold is one group.
  public var leavesOneOut: Bool { parts.allSatisfy { $0.count == 1 } }

  /// Deals shuffled groups to folds, whose sizes differ by one at most; the order of the given groups does not matter.
  ///
  /// - Parameters:
  ///   - groups: Distinct names.
  ///   - count: The number of folds.
  ///   - seed: The random seed of the shuffle.
  /// - Throws: ``CrossValidationError/folds(found:)`` below two folds, ``CrossValidationError/tooFewGroups(found:required:)`` for fewer
  ///   groups than folds.
  public init(of groups: [String], count: Int, seed: UInt64) throws(CrossValidationError) {
    guard count >= 2 else { throw .folds(found: count) }
    guard groups.count >= count else { throw .tooFewGroups(found: groups.count, required: count) }
    let sorted = groups.sorted()
    var stream = RandomStream(seed: seed).child("cross-validation folds")
    var parts = [[String]](repeating: [], count: count)
    for (place, number) in stream.permutation(sorted.count).enumerated() { parts[place % count].append(sorted[number]) }
    self.parts = parts.map { $0.sorted() }
  }

  /// One fold for each group, sorted.
  ///
  /// - Throws: ``CrossValidationError/tooFewGroups(found:required:)`` below two groups.
  public init(leavingOneOutOf groups: [String]) throws(CrossValidationError) {
    guard groups.count >= 2 else { throw .tooFewGroups(found: groups.count, required: 2) }
    parts = groups.sorted().map { [$0] }
  }

  /// The groups of each split for the run that tests a fold.
  ///
  /// Meta-validation is empty, because nothing is chosen by it: every other group is for meta-training.
  public func splits(testing fold: Int) -> [Split: [String]] {
    let training = parts.indices.filter { $0 != fold }.flatMap { parts[$0] }
    return [.metaTrain: training.sorted(), .metaTest: parts[fold]]
  }
}
