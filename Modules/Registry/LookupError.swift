/// A name that is not among the known ones.
public struct LookupError: Error, Hashable, CustomStringConvertible {
  /// What was looked up, "algorithm" for example.
  public let kind: String
  /// The name that was asked for.
  public let name: String
  /// All names there are, sorted.
  public let known: [String]

  /// Records a failed lookup.
  public init(kind: String, name: String, known: [String]) {
    self.kind = kind
    self.name = name
    self.known = known.sorted()
  }

  /// The known name that was most likely meant.
  public var suggestion: String? { nearestName(to: name, among: known) }

  public var description: String {
    let hint = suggestion.map { " Did you mean '\($0)'?" } ?? ""
    let list = known.isEmpty ? "There is none." : "Known: \(known.joined(separator: ", "))."
    return "unknown \(kind) '\(name)'.\(hint) \(list)"
  }
}

/// The candidate within the smallest edit distance, nil where all are more than a third of the name (at least 2) away.
///
/// Transposed neighbours count as one edit (optimal string alignment distance), case does not count.
public func nearestName(to name: String, among candidates: [String]) -> String? {
  let limit = max(2, name.count / 3)
  let scored = candidates.map { (name: $0, distance: editDistance(name.lowercased(), $0.lowercased())) }
  return scored.filter { $0.distance <= limit }.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

private func editDistance(_ first: String, _ second: String) -> Int {
  let a = Array(first)
  let b = Array(second)
  var rows = [Array(0...b.count)]
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
      row.append(best)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
