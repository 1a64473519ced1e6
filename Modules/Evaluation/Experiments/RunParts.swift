/// The division of a list of runs into parts of about the same cost.
///
/// The most costly run comes first: each run goes to the part with the least cost so far; of equal parts, to the first. The largest part
/// then costs at most 4/3 of the best division's (Graham, 1969, <https://doi.org/10.1137/0117039>).
public struct RunParts: Sendable, Hashable {
  /// The runs of each part, in the order of the list.
  public let members: [[Int]]

  /// Divides runs with these costs, which are at least 0, into a number of parts, at least 1.
  public init(costs: [Double], parts: Int) {
    var sums = Array(repeating: 0.0, count: parts)
    var members: [[Int]] = Array(repeating: [], count: parts)
    for run in costs.indices.sorted(by: { (-costs[$0], $0) < (-costs[$1], $1) }) {
      // Runs without cost are divided by number.
      let part = (0..<parts).min { (sums[$0], members[$0].count) < (sums[$1], members[$1].count) } ?? 0
      sums[part] += costs[run]
      members[part].append(run)
    }
    self.members = members.map { $0.sorted() }
  }
}
