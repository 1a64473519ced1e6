/// A name that is not known, with the known names.
public struct LookupError: Error, Hashable, CustomStringConvertible {
  /// The kind of item that was looked up, such as "algorithm".
  public let kind: String
  /// The requested name.
  public let name: String
  /// All known names, sorted.
  public let known: [String]

  /// A failed lookup; sorts the known names.
  public init(kind: String, name: String, known: [String]) {
    self.kind = kind
    self.name = name
    self.known = known.sorted()
  }

  /// The known name that is nearest to the requested one; nil if none is near.
  public var suggestion: String? { nearestName(to: name, among: known) }

  public var description: String {
    let hint = suggestion.map { " Did you mean '\($0)'?" } ?? ""
    let list = known.isEmpty ? "There is none." : "Known: \(known.joined(separator: ", "))."
    return "unknown \(kind) '\(legible(name))'.\(hint) \(list)"
  }
}

/// The candidate with the smallest edit distance; nil if all distances exceed a third of the name's length, or 2 if that is larger.
///
/// A candidate that has no character in common with the name, place by place, is not near.
/// A transposition of neighbours counts as one edit (optimal string alignment distance). Case is ignored. Nothing is near to a name of
/// more than 200 bytes.
public func nearestName(to name: String, among candidates: [String]) -> String? {
  // The distance to a text of a file, which may be long, would take minutes.
  guard name.utf8.count <= 200 else { return nil }
  let limit = max(2, name.count / 3)
  let scored = candidates.map { (name: $0, distance: editDistance(name.lowercased(), $0.lowercased())) }
  let near = scored.filter { $0.distance <= limit && $0.distance < max(name.count, $0.name.count) }
  return near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
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
