import Registry

/// Letters for algorithms: two algorithms share a letter if and only if they are not significantly different.
///
/// The insert-and-absorb algorithm starts with one group of all algorithms. Each different pair splits every group that holds both into
/// two, without the one and without the other. Groups within other groups are removed. The result is all largest groups without a
/// different pair; the paper's last step, which drops letters that other letters make redundant, is left out.
/// ```swift
/// // The best and the worst of three differ; the middle one differs from neither.
/// RankGroups(order: [0, 1, 2], different: [[false, false, true], [false, false, false], [true, false, false]]).letters   // a, ab, b
/// ```
/// - SeeAlso: Piepho, "An algorithm for a letter-based representation of all-pairwise comparisons", Journal of Computational and Graphical
///   Statistics 13, 2004.
public struct RankGroups: Sendable, Hashable {
  /// The groups, each a list of algorithms in the given order; groups with better algorithms come first.
  public let groups: [[Int]]
  /// The letters of each algorithm, by its index: the first group is a, the second b, after z comes A, and after Z come a′, b′ and so on.
  public let letters: [String]

  /// Finds the groups.
  ///
  /// - Parameters:
  ///   - order: The algorithms' indices, the best first.
  ///   - different: Whether two algorithms are significantly different, by their indices; symmetric. The diagonal does not matter.
  /// - Precondition: The order is a permutation of the matrix's indices, and the matrix is square and symmetric.
  /// - Complexity: Exponential in the worst case; consecutive groups, the usual case, take cubic time.
  public init(order: [Int], different: [[Bool]]) {
    let count = different.count
    require(order.sorted() == Array(0..<count), "the order \(order) of \(count) algorithms")
    require(different.allSatisfy { $0.count == count }, "a matrix of \(count) rows with \(different.map(\.count)) columns")
    // Groups hold places in the order.
    var sets: [Set<Int>] = count == 0 ? [] : [Set(0..<count)]
    for first in 0..<count {
      for second in first + 1..<max(count, first + 1) {
        let (one, other) = (order[first], order[second])
        require(different[one][other] == different[other][one], "algorithms \(one) and \(other) differ in one direction only")
        guard different[one][other] else { continue }
        var kept = sets.filter { !($0.contains(first) && $0.contains(second)) }
        for set in sets where set.contains(first) && set.contains(second) {
          for part in [set.subtracting([second]), set.subtracting([first])] where !kept.contains(where: part.isSubset) {
            kept.removeAll { $0.isSubset(of: part) }
            kept.append(part)
          }
        }
        sets = kept
      }
    }
    let places = sets.map { $0.sorted() }.sorted { $0.lexicographicallyPrecedes($1) }
    groups = places.map { $0.map { order[$0] } }
    var letters = [String](repeating: "", count: count)
    for (index, group) in groups.enumerated() {
      for member in group { letters[member] += Self.letter(index) }
    }
    self.letters = letters
  }

  private static func letter(_ index: Int) -> String {
    let alphabet = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return String(alphabet[index % alphabet.count]) + String(repeating: "′", count: index / alphabet.count)
  }
}
